"""Texts and octets that have broken tools before, through a session of their own."""

from __future__ import annotations

from typing import Final

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.sim.journal import Journal
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import Address, Play, SubmitSm

TEXTS: Final = {
    "script": "<script>alert(1)</script>",
    "attribute": "\" onload='alert(1)' x=\"",
    "entity": "&lt;b&gt; ]]> <!-- -->",
    "right to left": "safe\u202eexe.txt",
    "nul": "before\0behind",
    "escape": "\x1b[2J\x1b]0;owned\x07",
    "formula": '=cmd|" /C calc"!A1',
    "plus": "+447700900123",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab": "\t=1",
    "carriage return": "\r=1",
    "lines": "one\r\n2026-03-01 forged\n%%end",
    "mermaid": "x; end\n#35; click E callback",
    "invisible": "a\u200b\u2066b\ufeff",
    "astral": "\U0001f600\U000e0041",
    "long": "A" * 100_000,
}
SURROGATES: Final = b"\xd8\x00\x00A\xdc\x00\xd8"
"""Halves of surrogate pairs, and half a character."""

SYSTEM_ID: Final = "<i>\x1b[31m\u00ad"
HOSTILE: Final = AccountDefinition(system_id=SYSTEM_ID, password="=secret")


def submit(octets: bytes, sequence_number: int, *, source: bytes = b"Sender") -> bytes:
    payload = b"\x04\x24" + len(octets).to_bytes(2, "big") + octets
    message = SubmitSm(source=Address(5, 0, source), data_coding=8, text=b"", tlvs=payload)
    return message.wire(sequence_number)


def hostile_play() -> Play:
    """One session that sends all of them, as text and, as far as they fit, as addresses."""
    game = Play(HOSTILE)
    esme = game.bind(account=HOSTILE)
    for number, text in enumerate(TEXTS.values(), 2):
        octets = text.encode("utf-16-be")
        esme.give(submit(octets[:65_000], number, source=text.encode("latin-1", "replace").replace(b"\0", b"")[:20]))
    esme.give(submit(SURROGATES, 100))
    esme.give(encode("enquire_link", sequence_number=101) + b"\0\0\0\1<script>\x1b[2J\n=1")
    esme.hang_up("=reason\x1b\n\u202e")
    return game


def hostile_journal() -> Journal:
    return hostile_play().smsc.journal


def dangerous(text: str) -> set[str]:
    """Characters that move a cursor, forge a line, or reorder one; line feeds that end lines are the caller's."""
    return {character for character in text if not character.isprintable() and character != "\n"}
