"""Commands about scenario files: ``check``, ``explain``, ``schema`` and ``init``; none of them needs Twisted."""

import json
import os
import time
from typing import TYPE_CHECKING, Final, cast, get_args

from smsc_sim.command_line import FINE, PROGRAM, USAGE, Refused, chosen, words_of
from smsc_sim.scenario.value_kind import BadValue, quoted

if TYPE_CHECKING:
    from smsc_sim.scenario.findings import Finding
    from smsc_sim.sim.rules.rulebook import Verdict

_MOST_ATTEMPTS: Final = 1000

_NEW_SCENARIO: Final = """\
# A scenario for smsc_sim: what the SMSC does to the clients that it tests.
# Check it with `smsc-sim check FILE`, try a message with `smsc-sim explain FILE --to 447700900123 --text hi`,
# play it with `smsc-sim run FILE`. `smsc-sim schema` gives editors what they need to complete it.
smsc: 1
name: My first scenario
seed: 42                          # what chance begins with: the same seed, the same victims

accounts:
  - {system_id: acme, password: secret}

rules:                            # from top to bottom; the first one that applies decides
  - name: no credit for this range
    when: {to: "4477009001*"}     # * stands for anything, ? for one character
    reply: ESME_RINVBALANCE       # any command_status, by name or number

  - name: fails twice, then works
    when: {to: "447700900200", first: 2 per message}
    reply: ESME_RTHROTTLED

  - name: accepted, then not deliverable
    when: {keyword: [LOST, GONE]}
    receipt: {state: UNDELIV, err: "027", after: 3s}

  - name: one in ten is slow
    when: {chance: 10%}
    reply: {status: ok, delay: 2s..5s}

# Every other message is accepted, and delivered after a second if it asked for a receipt.
"""


def check(words: list[str]) -> int:
    """``check FILE... [--format F] [--strict]``: every finding in scenario and configuration files."""
    from smsc_sim.scenario.findings import Style, format_findings, has_errors

    arguments = words_of(words, "check", "--format", switches=["--strict"])
    style = cast("Style", chosen(arguments.last("--format"), "--format", get_args(Style)))
    if not arguments.rest:
        raise Refused(f"check: which file? {PROGRAM} check FILE...")
    findings: list[Finding] = []
    for file in arguments.rest:
        found = _findings(file)
        findings += found
        if style == "text" and not found:
            print(f"{file}: fine")
    if findings or style == "json":
        print(format_findings(findings, style))
    doubtful = arguments.last("--strict") is not None and any(finding.severity == "warning" for finding in findings)
    return USAGE if has_errors(findings) or doubtful else FINE


def _findings(path: str) -> "list[Finding]":
    from smsc_sim.options.table import CONFIG_NAME, OPTIONS, ServerConfig
    from smsc_sim.scenario.config import check_config
    from smsc_sim.scenario.document import Mapping, read_document
    from smsc_sim.scenario.library import BUILTIN
    from smsc_sim.scenario.load import check as check_scenario
    from smsc_sim.scenario.scenario_file import ScenarioFile

    if not path.startswith(BUILTIN):
        document = read_document(path)
        keys = {key.text for key, _ in document.root.entries} if isinstance(document.root, Mapping) else set()
        own = {option.key for option in OPTIONS if option.in_config} - set(ScenarioFile.__struct_fields__)
        others = {"smsc", "smsc_profile"}
        if not keys & others and (os.path.basename(path) == CONFIG_NAME or keys & own):
            return check_config(document, ServerConfig).findings
    return check_scenario(path)


def schema(words: list[str]) -> int:
    """``schema``: the JSON Schema of scenario files, for editors."""
    from smsc_sim.scenario.scenario_file import ScenarioFile
    from smsc_sim.scenario.schema import schema_of

    if words_of(words, "schema").rest:
        raise Refused("schema takes nothing behind it")
    print(json.dumps(schema_of(ScenarioFile, "smsc_sim scenario"), indent=2))
    return FINE


def init(words: list[str]) -> int:
    """``init [FILE]``: a commented scenario to begin with; never over a file that is there."""
    rest = words_of(words, "init").rest
    if len(rest) > 1:
        raise Refused(f"init: {quoted(rest[1])} is one too many: one file is written")
    path = rest[0] if rest else "scenario.yaml"
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(_NEW_SCENARIO)
    except FileExistsError:
        raise Refused(f"init: {quoted(path)} is there already") from None
    except OSError as error:
        raise Refused(f"init: cannot write {quoted(path)}: {error.strerror}") from None
    print(f"{path}: written; next: {PROGRAM} run {path}")
    return FINE


def explain(words: list[str]) -> int:
    """``explain SCENARIO --to NUMBER ...``: which rule would decide a message, and why the earlier ones would not."""
    from smsc_sim.scenario.account import DEFAULT_ACCOUNT
    from smsc_sim.scenario.findings import FindingsError, format_findings
    from smsc_sim.scenario.load import load
    from smsc_sim.sim.rules.explain import Question, UnknownAccount
    from smsc_sim.sim.rules.explain import explain as attempts
    from smsc_sim.sim.sessions.account import BIND_STATES
    from smsc_sim.smpp.errors import EncodeError

    flags = ("--to", "--from", "--text", "--account", "--bind", "--event", "--times", "--every", "--seed", "--format")
    arguments = words_of(words, "explain", *flags)
    to = arguments.last("--to")
    if len(arguments.rest) != 1 or to is None:
        raise Refused(f"explain: a scenario and a destination are needed: {PROGRAM} explain FILE --to NUMBER")
    style = chosen(arguments.last("--format"), "--format", ("text", "json"))
    question = Question(
        to=to,
        text=arguments.last("--text") or "",
        source=arguments.last("--from") or "",
        account=arguments.last("--account") or "",
        bind=chosen(arguments.last("--bind"), "--bind", ("transceiver", *BIND_STATES)),
        event=chosen(arguments.last("--event"), "--event", ("submit_sm", "data_sm", "submit_multi")),
    )
    times = _number(arguments.last("--times"), "--times", 1, _MOST_ATTEMPTS)
    try:
        scenario = load(arguments.rest[0])
    except FindingsError as error:
        print(format_findings(error.findings))
        return USAGE
    seed = _number(arguments.last("--seed"), "--seed", 0, 10**18) if arguments.last("--seed") else scenario.seed
    try:
        verdicts = list(
            attempts(
                question,
                times,
                scenario=scenario,
                accounts=scenario.accounts or scenario.profile.accounts or (DEFAULT_ACCOUNT,),
                seed=seed if isinstance(seed, int) else 0,
                now=time.time(),  # noqa: TID251 - rules look at the time of day, and now is meant
                apart=_seconds(arguments.last("--every")),
            )
        )
    except UnknownAccount as error:
        raise Refused(f"--account: there is no account {quoted(str(error))}") from None
    except EncodeError as error:
        raise Refused(f"explain: {error}") from None
    if style == "json":
        print(json.dumps([_as_data(verdict) for verdict in verdicts], indent=2))
    else:
        for number, verdict in enumerate(verdicts, 1):
            print(_as_text(number, verdict))
    return FINE


def _number(text: str | None, flag: str, least: int, most: int) -> int:
    from smsc_sim.scenario.values import parse_integer

    try:
        number = least if text is None else parse_integer(text)
    except BadValue as bad:
        raise Refused(f"{flag}: {bad}") from None
    if not least <= number <= most:
        raise Refused(f"{flag}: {number} is not within {least} to {most}")
    return number


def _seconds(text: str | None) -> float:
    from smsc_sim.scenario.values import parse_duration

    try:
        return 0.0 if text is None else parse_duration(text)
    except BadValue as bad:
        raise Refused(f"--every: {bad}") from None


def _as_text(number: int, verdict: "Verdict") -> str:
    from smsc_sim.sim.messages.outcome_words import in_words

    rule = verdict.rule
    decided = f"rule '{rule.name}' ({rule.at}) decides" if rule is not None else "no rule decides"
    lines = [f"attempt {number}: {decided}: {in_words(verdict.decision)}"]
    lines += [f"    not '{passed.rule.name}': {passed.because}" for passed in verdict.passed]
    return "\n".join(lines)


def _as_data(verdict: "Verdict") -> dict[str, object]:
    from smsc_sim.sim.messages.outcome_words import in_words

    return {
        "rule": verdict.rule.name if verdict.rule is not None else None,
        "at": verdict.rule.at if verdict.rule is not None else None,
        "outcome": in_words(verdict.decision),
        "tried": [{"rule": passed.rule.name, "because": passed.because} for passed in verdict.passed],
    }
