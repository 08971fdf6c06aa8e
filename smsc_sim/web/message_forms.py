"""A message in the languages of those who want it again: a command, a rule of a scenario, a line of a test."""

from __future__ import annotations

import json
import shlex
from typing import Final, Literal, TypeAlias

from smsc_sim.scenario.glob import has_wildcard
from smsc_sim.scenario.values import write_status
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.receipt_text import MessageState

Form: TypeAlias = Literal["curl", "rule", "pytest"]
"""``curl``: sends a message to an ESME again, or asks whether this one of an ESME came; ``rule``: has what happened
happen to messages like it; ``pytest``: expects one like it."""

_LONGEST: Final = 160
"""Characters of a text that a rule or a test asks for; of a longer one its beginning."""


def written(stored: StoredMessage, form: Form, url: str) -> str:
    """The message in one of these languages; ``url``: of the API."""
    return {"curl": _curl, "rule": _rule, "pytest": _pytest}[form](stored, url)


def conditions(stored: StoredMessage) -> dict[str, str]:
    """What ``when`` and ``match`` say of a message like it."""
    found = {"to": _exactly(stored.destination), "from": _exactly(stored.source), "text": _text(stored.text)}
    return {key: value for key, value in found.items() if value}


def _curl(stored: StoredMessage, url: str) -> str:
    if stored.direction == "mo":
        path = "mo"
        body: dict[str, object] = {
            "account": stored.account,
            "from": stored.source,
            "to": stored.destination,
            "text": stored.text,
            "placeholders": False,
        }
    else:
        path = "verify"
        body = {"event": stored.command, "match": conditions(stored), "count": ">=1"}
    data = shlex.quote(json.dumps(body))
    return f"curl -f {shlex.quote(f'{url}/{path}')} -H 'Content-Type: application/json' -d {data}\n"


def _rule(stored: StoredMessage, url: str) -> str:
    del url
    rule: dict[str, object] = {"name": f"like m-{stored.id}", "when": conditions(stored)}
    if stored.command != "submit_sm":
        rule["event"] = stored.command
    if stored.command_status is None:
        rule["reply"] = "none"
    elif stored.command_status:
        rule["reply"] = write_status(stored.command_status)
    elif stored.state in MessageState.__members__ and stored.state != MessageState.DELIVERED.name:
        rule["receipt"] = MessageState[stored.state].stat
    # JSON is YAML, and nothing that anybody has sent can end a quoted text of it.
    return f"rules:\n  - {json.dumps(rule)}\n"


def _pytest(stored: StoredMessage, url: str) -> str:
    del url
    match = ", ".join(f"{'from_' if key == 'from' else key}={value!r}" for key, value in conditions(stored).items())
    return f"smsc.expect({match}{', ' if match else ''}count=1, within=5)\n"


def _text(text: str) -> str:
    return _exactly(text) if len(text) <= _LONGEST else f"{_exactly(text[:_LONGEST])}*"


def _exactly(text: str) -> str:
    """A pattern for a text: what is wild in patterns stands for any character."""
    return text.replace("*", "?") if has_wildcard(text) else text
