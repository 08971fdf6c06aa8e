"""The ``smsc-sim`` command. Exit codes: 0 fine, 2 usage or a bad file, 3 cannot listen, 4 internal error, 5 time-out.

Each command imports what it needs: checking a file and printing the version do without Twisted.
"""
# ruff: noqa: PLC0415 - what a command does not need is not imported

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from smsc_sim import __version__
from smsc_sim.command_line import FINE, INTERNAL, PROGRAM, TIMED_OUT, USAGE, Refused, words_of

if TYPE_CHECKING:
    from smsc_sim.options import Settings

_HELP = f"""\
Usage: {PROGRAM} COMMAND ...

  run [SCENARIO] [options]     run an SMSC in the foreground; see {PROGRAM} run --help
  check FILE... [--format F] [--strict]
                               check scenario and configuration files; F is text,
                               json or github; --strict: warnings are errors, too
  explain SCENARIO --to NUMBER [--from ADDRESS] [--text TEXT] [--account NAME]
          [--bind TYPE] [--event PDU] [--times N] [--every TIME] [--seed N]
          [--format F]         which rule would decide a message, attempt by
                               attempt, and why the earlier ones do not
  schema                       the JSON Schema of scenario files, for editors
  init [FILE]                  write a commented scenario to begin with
  config [SCENARIO] [options]  show what 'run' would use, each value with its origin
  wait-ready URL|FILE [--timeout TIME]
                               wait (at most 10s) until a server listens: the address
                               of its pages, or the file that --ready-file names
  hash-password                a password for --auth-file, read from the terminal or
                               standard input, written so that the file does not tell it
  version                      show the version

Exit codes: 0 fine, 2 wrong usage or file, 3 cannot listen, 4 internal error, 5 time-out
"""

_PAUSE = 0.05
"""Seconds between two looks at a server that is not ready."""
_ONE_LOOK = 2.0
"""Seconds that one look may take."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _carry_out(words)
    except Refused as refused:
        print(f"{PROGRAM}: {refused}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        # Whoever read has seen enough; the interpreter must not try to write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FINE


def _carry_out(words: list[str]) -> int:
    if not words:
        print(_HELP, end="", file=sys.stderr)
        return USAGE
    command, rest = words[0], words[1:]
    if command in {"--help", "-h", "help"}:
        print(_HELP, end="")
        return FINE
    if command == "--version":
        command = "version"
    if command not in _COMMANDS:
        raise Refused(_unknown_command(command))
    if command not in {"run", "config"} and {"--help", "-h"} & set(rest):
        print(_HELP, end="")
        return FINE
    code = _COMMANDS[command](rest)
    sys.stdout.flush()
    return code


def _unknown_command(command: str) -> str:
    from smsc_sim.scenario.value_kind import nearest, quoted

    if command.startswith("-") or os.path.exists(command):
        return f"no command {quoted(command)}; to start a server: {PROGRAM} run {command}"
    close = nearest(command, _COMMANDS)
    return f"no command {quoted(command)}; " + (f"did you mean '{close}'?" if close else "--help lists them")


def _run(words: list[str]) -> int:
    settings = _settings(words, f"{PROGRAM} run")
    if isinstance(settings, int):
        return settings
    from smsc_sim import tap

    try:
        return tap.run(settings)
    except SystemExit:
        raise
    except Exception:
        traceback.print_exc()
        return INTERNAL


def _settings(words: list[str], command: str) -> "Settings | int":
    """Return the settings, or the exit code of an answer that has been given instead."""
    from smsc_sim.options import HelpAsked, OptionsError, resolve

    try:
        return resolve(words, os.environ, os.getcwd(), command=command)
    except HelpAsked as asked:
        print(asked)
        return FINE
    except OptionsError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _config(words: list[str]) -> int:
    from smsc_sim.options import OPTIONS

    settings = _settings(words, f"{PROGRAM} config")
    if isinstance(settings, int):
        return settings
    rows = [
        (option.key, option.write(option.value_in(settings)) or "-", settings.origins[option.key]) for option in OPTIONS
    ]
    accounts = " ".join(f"{account.system_id}/***" for account in settings.accounts)
    rows.append(("accounts", accounts, settings.origins["accounts"]))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, origin in rows:
        print(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}")
    for warning in settings.warnings:
        print(f"{PROGRAM}: {warning}", file=sys.stderr)
    return FINE


def _wait_ready(words: list[str]) -> int:
    from smsc_sim.scenario.value_kind import BadValue, quoted
    from smsc_sim.scenario.values import format_duration, parse_duration

    arguments = words_of(words, "wait-ready", "--timeout")
    targets, text = arguments.rest, arguments.last("--timeout") or "10s"
    if len(targets) != 1:
        raise Refused(f"wait-ready: one URL or ready file is needed: {PROGRAM} wait-ready URL|FILE")
    try:
        timeout = parse_duration(text)
    except BadValue as bad:
        raise Refused(f"--timeout: {bad}") from None
    target = targets[0]
    is_ready = _answers if target.startswith(("http://", "https://")) else _file_is_true
    deadline = time.monotonic() + timeout  # noqa: TID251 - to wait is this command's purpose
    while not is_ready(target):
        if time.monotonic() >= deadline:  # noqa: TID251
            print(f"{PROGRAM}: {quoted(target)} is not ready after {format_duration(timeout)}", file=sys.stderr)
            return TIMED_OUT
        time.sleep(_PAUSE)  # noqa: TID251
    return FINE


def _answers(url: str) -> bool:
    """Return whether the server's /readyz, or the page that the URL names, is there and content."""
    from http.client import HTTPException
    from urllib.error import URLError
    from urllib.parse import urlsplit
    from urllib.request import ProxyHandler, build_opener

    try:
        page = url.rstrip("/") + "/readyz" if urlsplit(url).path in {"", "/"} else url
        # The server is near by: a proxy for the world is not asked.
        with build_opener(ProxyHandler({})).open(page, timeout=_ONE_LOOK):
            return True
    except (URLError, HTTPException, OSError):
        return False
    except ValueError as error:
        raise Refused(f"wait-ready: {error}") from None


def _file_is_true(path: str) -> bool:
    """Return whether the ready file is there and something listens where it says; an old file may have stayed."""
    try:
        with open(path, encoding="utf-8") as file:
            ready = json.load(file)
        addresses = [str(address) for name in ("http", "smpp", "smpp_tls") for address in ready[name]]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return all(_listens(address) for address in addresses[:1])


def _listens(address: str) -> bool:
    import socket

    address = address.removeprefix("http://").rstrip("/")
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        return True
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_ONE_LOOK):
            return True
    except OSError:
        return False


def _hash_password(words: list[str]) -> int:
    if words:
        raise Refused("hash-password takes nothing behind it: a password there could be seen by others")
    from getpass import getpass

    from smsc_sim.web.passwords import hash_password

    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Refused("hash-password: the password is empty")
    print(hash_password(password, os.urandom(16)))
    return FINE


def _version(words: list[str]) -> int:
    if words:
        raise Refused("version takes nothing behind it")
    print(f"smsc_sim {__version__}")
    return FINE


def _about_scenarios(name: str) -> Callable[[list[str]], int]:
    def carry_out(words: list[str]) -> int:
        from smsc_sim import scenario_commands

        command: Callable[[list[str]], int] = getattr(scenario_commands, name)
        return command(words)

    return carry_out


_COMMANDS: Final[dict[str, Callable[[list[str]], int]]] = {
    "run": _run,
    "check": _about_scenarios("check"),
    "explain": _about_scenarios("explain"),
    "schema": _about_scenarios("schema"),
    "init": _about_scenarios("init"),
    "config": _config,
    "wait-ready": _wait_ready,
    "hash-password": _hash_password,
    "version": _version,
}

if __name__ == "__main__":
    sys.exit(main())
