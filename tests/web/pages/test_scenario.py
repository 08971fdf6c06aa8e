"""The page of the scenario: rules and their counters, files, trying, editing, and temporary rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.reader import read
from tests.web.site import Site

TEXT = """\
smsc: 1
name: Storm
accounts: [{system_id: smppclient1, password: geheim}]
switches:
  storm: {label: Big storm, for: 30s}
rules:
  - name: too fast
    when: {to: 4477*, first: 2}
    reply: ESME_RTHROTTLED
  - name: stormy
    when: {switch: storm}
    reply: ESME_RSYSERR
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "storm.yaml"
    file.write_text(TEXT)
    return file


def text_of(site: Site, target: str = "/scenario") -> str:
    body = site.get(target.partition("#")[0]).body
    shown = read(body)
    assert shown.open == []
    assert len(shown.ids) == len(set(shown.ids))
    assert "geheim" not in body
    return shown.text


def test_rules_have_their_counters_and_lines(path: Path) -> None:
    site = Site(scenario_path=str(path))
    session = site.bind(password="geheim")
    for _ in range(3):
        site.submit(session)
    text = text_of(site)
    assert "1 too fast submit_sm reply first 2: 2 of 2 used 2 05:53:44.120 storm.yaml:7" in text
    assert f'title="{path}:7"' in site.get("/scenario").body
    assert "2 stormy submit_sm reply switch storm on: shut 0 never" in text
    assert "7 - name: too fast 2 8 when: {to: 4477*, first: 2}" in text
    assert "Big storm off" in text
    body = site.get("/scenario").body
    assert 'href="#f0-7"' in body
    assert 'id="f0-7"' in body
    assert body.count('class="never"') == 1


def test_without_a_scenario_the_page_says_what_to_do() -> None:
    text = text_of(Site())
    assert "There are no rules. Every message is accepted" in text
    assert "The scenario in force is in no file" in text


def test_a_switch_comes_back_here(path: Path) -> None:
    site = Site(scenario_path=str(path))
    response = site.post("/switch", name="storm", active="true", back="/scenario")
    assert response.headers["Location"].startswith("/scenario?flash=")
    assert "Big storm on, 30 s left" in text_of(site, response.headers["Location"])


def test_a_message_is_tried(path: Path) -> None:
    site = Site(scenario_path=str(path))
    text = text_of(site, "/scenario?to=447700900123&text=x&times=3")
    assert "1. ESME_RTHROTTLED" in text
    assert "by too fast" in text
    assert "3. ESME_ROK" in text
    assert "too fast first 2 per server: used up" in text
    assert "stormy switch storm is off" in text
    assert "SMPP cannot carry this message" in text_of(site, f"/scenario?to={quote('4' * 30)}")
    assert "no account" in text_of(site, "/scenario?to=1&account=x")
    assert site.get("/scenario?to=1&times=1000").status == 422


def test_a_check_shows_findings_where_they_are(path: Path) -> None:
    site = Site(scenario_path=str(path))
    posted = site.post("/scenario/check")
    assert posted.status == 200
    assert "Nothing is wrong with the file as it stands now." in read(posted.body).text
    path.write_text(TEXT.replace("ESME_RSYSERR", "ESME_NONSENSE"))
    text = read(site.post("/scenario/check").body).text
    assert "error E012" in text
    assert text.count("ESME_NONSENSE") >= 2
    assert len(site.smsc.rules.rules if site.smsc.rules else ()) == 2


def test_a_reload_obeys_the_file_or_says_why_not(path: Path) -> None:
    site = Site(scenario_path=str(path))
    path.write_text("smsc: 1\n")
    response = site.post("/scenario/reload")
    assert "is in force, 0 rules." in text_of(site, response.headers["Location"])
    path.write_text("smsc: 2\nfoo: 1\n")
    text = read(site.post("/scenario/reload").body).text
    assert "what was loaded before stays in force" in text
    assert "error E002" in text
    response = Site().post("/scenario/reload")
    assert "without a scenario" in text_of(Site(), "/scenario") or response.status == 303


def test_a_copy_is_tried_with_its_passwords_and_undone(path: Path) -> None:
    site = Site(scenario_path=str(path))
    shown = TEXT.replace("geheim", "******").replace("ESME_RTHROTTLED", "ESME_RSUBMITFAIL")
    response = site.post("/scenario/copy", text=shown.replace("\n", "\r\n"), deed="try")
    text = text_of(site, response.headers["Location"])
    assert "The copy is in force until the scenario is read anew." in text
    assert "an edited copy is in force" in text
    assert "copy:7" in text
    assert "reply: ESME_RSUBMITFAIL" in text
    site.bind(password="geheim")
    assert path.read_text() == TEXT
    site.post("/scenario/copy", text=shown.replace("name: Storm", "name: Calm"), deed="try")
    site.bind(password="geheim")
    assert "Calm" in text_of(site)
    site.post("/scenario/reload")
    assert "an edited copy" not in text_of(site)


def test_a_copy_with_mistakes_is_shown_again(path: Path) -> None:
    site = Site(scenario_path=str(path))
    for deed in ("check", "try"):
        text = read(site.post("/scenario/copy", text="smsc: 1\nrulez: []\n", deed=deed).body).text
        assert "error E002" in text
        assert "1 found in the copy" in text
        assert "rulez: []" in text
    text = read(site.post("/scenario/copy", text=TEXT.replace("geheim}", "********, binds: [receiver]}")).body).text
    assert "In line 3 a mask stands instead of a password" in text


def test_a_copy_is_written_only_where_that_is_allowed(path: Path) -> None:
    site = Site(scenario_path=str(path))
    changed = TEXT.replace("geheim", "******").replace("name: Storm", "name: Calm")
    assert "Write into the file" not in text_of(site)
    text = read(site.post("/scenario/copy", text=changed, deed="write").body).text
    assert "may not be written" in text
    assert path.read_text() == TEXT
    site = Site(scenario_path=str(path), allow_scenario_write=True)
    assert "Write into the file" in text_of(site)
    response = site.post("/scenario/copy", text=changed, deed="write")
    assert "is written and in force" in text_of(site, response.headers["Location"])
    assert path.read_text() == TEXT.replace("name: Storm", "name: Calm")
    builtin = Site(scenario_path="builtin:test-numbers", allow_scenario_write=True)
    assert "may not be written" in read(builtin.post("/scenario/copy", text="smsc: 1\n", deed="write").body).text


def test_temporary_rules(path: Path) -> None:
    site = Site(scenario_path=str(path))
    rule = "name: mine\r\nwhen:\r\n  to: '1'\r\nreply: ESME_RSYSERR"
    response = site.post("/scenario/rules/add", rule=rule, ttl="10s", account="smppclient1")
    text = text_of(site, response.headers["Location"])
    assert "1 mine submit_sm reply 0 never temporary, 10 s left, of smppclient1 Remove" in text
    text = read(site.post("/scenario/rules/add", rule=rule).body).text
    assert "There is a rule of this name already." in text
    text = read(site.post("/scenario/rules/add", rule="name: [<b>").body).text
    assert "The rule has errors." in text
    assert "name: [<b>" in text
    response = site.post("/scenario/rules/remove", name="mine")
    assert "The rule “mine” is gone." in text_of(site, response.headers["Location"])
    response = site.post("/scenario/rules/remove", name="mine")
    assert "had gone already" in text_of(site, response.headers["Location"])


def test_built_in_files_are_shown() -> None:
    site = Site(scenario_path="builtin:test-numbers")
    text = text_of(site)
    assert "Named builtin:test-numbers" in text
    assert 'href="#f0-' in site.get("/scenario").body


def test_a_file_that_was_written_since_is_told(path: Path) -> None:
    site = Site(scenario_path=str(path))
    site.console.in_force.loaded_at = path.stat().st_mtime - 5
    assert "reload to obey it" in text_of(site)


@pytest.mark.parametrize("is_json", [True, False])
def test_a_scenario_of_the_api_is_shown(path: Path, is_json: bool) -> None:
    site = Site(scenario_path=str(path))
    rule = {"name": "by the API", "when": {"to": "447700900123"}, "reply": "ESME_RSYSERR"}
    sent = {"smsc": 1, "accounts": [{"system_id": "smppclient1", "password": "geheim"}], "rules": [rule]}
    body = json.dumps(sent, indent=1).encode()
    kind = "application/json" if is_json else "application/yaml"
    assert site.ask("PUT", "/api/v1/scenario", body, Content_Type=kind).status == 200
    site.submit(site.bind(password="geheim"))
    text = text_of(site)
    assert "put in force by the API" in text
    assert "1 by the API submit_sm reply 1 05:53:44.120 request:" in text
    assert '"password": ********' in text
    assert f"Reload brings back {path}" in text
    site.post("/scenario/reload")
    assert "put in force by the API" not in text_of(site)


def test_files_stand_as_they_include_each_other(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "main.yaml").write_text("smsc: 1\ninclude: [deep/one.yaml, two.yaml]\n")
    (tmp_path / "deep" / "one.yaml").write_text("smsc: 1\ninclude: [inner.yaml]\n")
    (tmp_path / "deep" / "inner.yaml").write_text(
        "smsc: 1\nrules: [{name: inner, when: {to: '1'}, reply: ESME_RSYSERR}]\n"
    )
    (tmp_path / "two.yaml").write_text("smsc: 1\n")
    body = Site(scenario_path=str(tmp_path / "main.yaml")).get("/scenario").body
    tree = body[body.index('<ul class="tree">') : body.index("<details", body.index('<ul class="tree">'))]
    shape = re.sub(r"<a[^>]*><code>[^<]*?(\w+)\.yaml</code></a> <small>.*?</small>|\s", r"\1", tree)
    assert shape == '<ulclass="tree"><li>main<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul></li></ul>'


def test_what_is_wrong_is_shown_in_its_line(path: Path) -> None:
    site = Site(scenario_path=str(path))
    path.write_text(TEXT.replace("ESME_RTHROTTLED", "ESME_RTHROTLED"))
    text = read(site.post("/scenario/check").body).text
    assert f"{path}:9:12" in text
    assert "did you mean 'ESME_RTHROTTLED'?" in text
    assert "reply: ESME_RTHROTLED" in text


def test_files_that_a_copy_includes_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text("smsc: 1\n")
    (tmp_path / "more.yaml").write_text("smsc: 1\nrules:\n  - {name: more, when: {to: '1'}, reply: ESME_RSYSERR}\n")
    site = Site(scenario_path=str(tmp_path / "main.yaml"))
    site.post("/scenario/copy", text="smsc: 1\ninclude: [more.yaml]\n", deed="try")
    body = site.get("/scenario").body
    assert '<a href="#f1-3" title="more.yaml:3">more.yaml:3</a>' in body
    assert 'aria-label="more.yaml"' in body
