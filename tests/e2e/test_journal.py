"""The journal outside the process: its capture as Wireshark opens it without settings, and its file."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from smsc_sim.sim.journal import Direction, Journal, pcap
from smsc_sim.sim.journal.searching import EventSearch
from smsc_sim.smpp.framing import whole_frames
from smsc_sim.smpp.pdu import Pdu, encode
from tests.e2e import peers, wire
from tests.e2e.server import RUN, Smsc, clean_environment, ports
from tests.e2e.test_tshark import REQUESTS, SUBJECT, converse
from tests.sim.hostile import hostile_journal
from tests.sim.playing import ALPHA, Esme, Play, SubmitSm, bind_octets, frame, rule

UNUSUAL_PORT = 3550
MALFORMED = "_ws.malformed || _ws.short || _ws.unreassembled"


def tshark(capture: Path, *arguments: str) -> list[str]:
    """tshark's lines, with checksums looked at and no other setting."""
    checked = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    command = [peers.program("tshark"), "-r", str(capture), "-n", "-2", *checked, *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return finished.stdout.splitlines()


def written(directory: Path, journal: Journal) -> Path:
    file = directory / "journal.pcap"
    file.write_bytes(b"".join(pcap.export(journal)))
    return file


def connect(game: Play, peer: str, port: int) -> Esme:
    host = peer.rpartition(":")[0]
    esme = Esme(game)
    esme.session = game.smsc.connected(peer, host, game.now, local=f"{host}:{port}", link=esme)
    game.esmes.append(esme)
    return esme


def play(game: Play, peer: str, port: int) -> None:
    """One session of everything."""
    esme = connect(game, peer, port)
    esme.give(bind_octets(password="wrong"), bind_octets(sequence_number=2))
    for number, (command_id, body) in enumerate(REQUESTS, 3):
        esme.give(frame(command_id, body, number))
        game.advance(0.25)
    esme.give(b"".join(frame(wire.SUBMIT_SM, SUBJECT, 100 + number) for number in range(700)))
    game.advance(2)
    for pdu in esme.take():
        if pdu.name == "deliver_sm":
            esme.answer(pdu)
    esme.give(encode("unbind", sequence_number=999))
    esme.hang_up()


def identities(capture: Path) -> Counter[tuple[int, int]]:
    """command_id and sequence_number of every PDU that tshark finds."""
    fields = ("-e", "smpp.command_id", "-e", "smpp.sequence_number", "-E", "aggregator=,")
    found: Counter[tuple[int, int]] = Counter()
    for line in tshark(capture, "-Y", "smpp", "-T", "fields", *fields):
        ids, numbers = (column.split(",") for column in line.split("\t"))
        found.update((int(one, 16), int(other)) for one, other in zip(ids, numbers, strict=True))
    return found


def recorded(journal: Journal) -> Counter[tuple[int, int]]:
    """The same of every PDU that the journal holds, but for commands that tshark does not know either."""
    pdus = (Pdu(octets) for record in journal.newest_first() for octets in whole_frames(record[3]))
    return Counter((pdu.command_id, pdu.sequence_number) for pdu in pdus if pdu.command is not None)


def test_a_capture_of_what_a_search_finds_is_whole(tmp_path: Path) -> None:
    peers.program("tshark")
    game = Play()
    for peer in ("192.0.2.1:40001", "192.0.2.1:40002"):
        play(game, peer, UNUSUAL_PORT)
    search = EventSearch("pdu:data_sm* OR pdu:query_sm session:s2")
    file = tmp_path / "found.pcap"
    file.write_bytes(b"".join(pcap.export(game.smsc.journal, search=search, now=game.now)))
    assert tshark(file, "-Y", MALFORMED) == []
    names = {command_id for command_id, _ in identities(file)}
    assert names == {0x103, 0x80000103, wire.QUERY_SM}
    sessions = tshark(file, "-Y", "smpp.command_id == 3", "-T", "fields", "-e", "tcp.port")
    assert len(sessions) == 1
    assert "40002" in sessions[0]
    # Nothing is there that no packet has: streams are as long as what is in them.
    assert tshark(file, "-Y", "tcp.analysis.flags") == []


@pytest.mark.parametrize("port", [2775, UNUSUAL_PORT])
def test_wireshark_finds_every_pdu_without_settings(tmp_path: Path, port: int) -> None:
    peers.program("tshark")
    game = Play()
    for peer in ("192.0.2.1:40001", "[2001:db8::1]:40002", "192.0.2.1:40001"):
        play(game, peer, port)
    journal = game.smsc.journal
    assert not journal.evicted
    file = written(tmp_path, journal)
    assert identities(file) == recorded(journal)
    # What the ESME sends is broken on purpose in places; what the SMSC sends never is.
    assert tshark(file, "-Y", f"tcp.srcport=={port} && ({MALFORMED} || _ws.expert.severity >= 0x600000)") == []
    assert tshark(file, "-Y", "tcp.checksum.status == 0 || ip.checksum.status == 0 || tcp.analysis.lost_segment") == []
    assert len(tshark(file, "-Y", "tcp.checksum.status == 1")) == len(tshark(file))
    assert len(tshark(file, "-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 0")) == 3
    text = tshark(file, "-Y", "smpp.password", "-T", "fields", "-e", "smpp.password", "-E", "aggregator=,")
    assert set("".join(text)) == {"*"}


def test_a_stream_can_be_followed_to_its_last_octet(tmp_path: Path) -> None:
    peers.program("tshark")
    game = Play()
    play(game, "192.0.2.1:40001", UNUSUAL_PORT)
    file = written(tmp_path, game.smsc.journal)
    lines = tshark(file, "-q", "-z", "follow,tcp,raw,0")
    start = next(index for index, line in enumerate(lines) if line.startswith("Node 1")) + 1
    streams = {Direction.IN: "", Direction.OUT: ""}
    for line in lines[start:-1]:
        streams[Direction.OUT if line.startswith("\t") else Direction.IN] += line.strip()
    held = game.journal()
    assert {direction: held[1, direction].hex() for direction in Direction} == streams


def test_a_cut_response_followed_by_a_reset_looks_like_one(tmp_path: Path) -> None:
    peers.program("tshark")
    game = Play(ALPHA, scenario=rule("when: {to: '*'}, reply: {cut_after: 9, then: reset}"))
    esme = connect(game, "192.0.2.1:40001", UNUSUAL_PORT)
    esme.give(bind_octets())
    esme.raw = True
    esme.give(SubmitSm().wire(2))
    esme.hang_up("Connection was aborted")
    file = written(tmp_path, game.smsc.journal)
    columns = ("-T", "fields", "-e", "tcp.srcport", "-e", "tcp.len", "-e", "tcp.flags.reset", "-e", "_ws.col.Protocol")
    assert tshark(file, *columns)[-3:] == [
        f"40001\t{len(SubmitSm().wire())}\t0\tSMPP",
        f"{UNUSUAL_PORT}\t9\t0\tTCP",
        f"{UNUSUAL_PORT}\t0\t1\tTCP",
    ]
    assert tshark(file, "-Y", MALFORMED) == []


def test_a_session_whose_beginning_is_gone_is_still_smpp(tmp_path: Path) -> None:
    peers.program("tshark")
    journal = Journal(20 * 300)
    journal.connected(0.0, 1, "192.0.2.1:40001", local=f"192.0.2.2:{UNUSUAL_PORT}")
    for number in range(100):
        journal.record(float(number), 1, Direction.IN, SubmitSm().wire(number))
    assert journal.evicted > 1
    file = written(tmp_path, journal)
    assert identities(file) == recorded(journal)
    assert tshark(file, "-Y", "tcp.analysis.flags") == []


def test_wireshark_reads_hostile_octets(tmp_path: Path) -> None:
    peers.program("tshark")
    journal = hostile_journal()
    file = written(tmp_path, journal)
    assert recorded(journal) <= identities(file)


def test_the_file_has_every_pdu_of_the_run(tmp_path: Path, start_smsc: Callable[..., Smsc]) -> None:
    file = tmp_path / "journal.jsonl"
    smsc = start_smsc("--receipt-after", "50ms", "--enquire-link-timer", "300ms", "--journal", str(file), tls=False)
    converse(smsc.smpp, wire.BIND_TRANSCEIVER)
    smsc.stop()
    first, *lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert (first["v"], first["kind"]) == (1, "journal")
    entries = [line["seq"] for line in lines]
    assert sorted(set(entries)) == list(range(1, entries[-1] + 1))
    assert entries == sorted(entries)
    names = Counter(line.get("pdu", "") for line in lines if line["kind"] == "pdu")
    assert names["bind_transceiver"] == 4
    assert names["unbind_resp"] == 1
    assert names["bind_transceiver_resp"] == names["bind_transceiver"]
    assert names["deliver_sm"] >= 3
    assert names["submit_sm"] == names["submit_sm_resp"]
    assert [line["what"] for line in lines if line["kind"] == "session"].count("closed") == 4
    assert b"password".hex() not in file.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_opened_is_refused_at_the_start(tmp_path: Path) -> None:
    command = [*RUN, *ports(tls=False), "--data-dir", str(tmp_path), "--journal", str(tmp_path / "none" / "j")]
    finished = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=20, check=False)
    assert finished.returncode == 2
    assert finished.stderr.strip().endswith(f"cannot write the journal to {tmp_path}/none/j: No such file or directory")


def test_a_full_disk_stops_nobody(start_smsc: Callable[..., Smsc]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full to write to")
    smsc = start_smsc("--journal", "/dev/full", tls=False)
    smsc.wait_for_log("journal cannot be written to /dev/full: No space left on device; sessions go on")
    with smsc.connect() as esme:
        esme.bind()
        assert esme.call(wire.UNBIND).command_status == 0
    smsc.stop()
    assert smsc.log().count("cannot be written") == 1
