"""The help text, made from the table of options: grouped, with defaults and environment names, in three screens."""

from textwrap import wrap

from smsc_sim.options.table import CONFIG_NAME, GROUPS, OPTIONS, Option

_WIDTH = 80
_FLAG = 24
"""Columns of a flag with its default; a longer one shifts the rest of its line."""

_EXAMPLES = (
    ("", "smppclient1 / password may bind"),
    ("scenario.yaml --seed random", "other dice each time"),
    ("--smpp tcp:2775 --smpp-tls none", "every interface, no TLS"),
)


def help_text(command: str) -> str:
    """Return the help for a program that is started by this command. No line is longer than 80 columns."""
    lines = [f"Usage: {command} [SCENARIO] [options] | --help | --version"]
    for group, note in GROUPS.items():
        usual = [_line(option) for option in OPTIONS if option.group == group and not (option.rare or option.secret)]
        lines += ["", f"{group} ({note}):" if note else f"{group}:", *usual] if usual else []
    rare = " ".join(option.flag for option in OPTIONS if option.rare)
    lines += [
        "",
        "Rarely needed; `smsc-sim config` and docs/options.rst have these, too:",
        *wrap(rare, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False),
        "",
        f"Behind '=': the default. Also in {CONFIG_NAME}, without dashes and with _ for -.",
        "The file overrides the defaults, the environment the file, a flag everything.",
        "Examples:",
        *(f"  {f'{command} {arguments}'.rstrip()}  # {text}" for arguments, text in _EXAMPLES),
    ]
    return "\n".join(lines)


def shown_default(option: Option) -> str:
    """Return the default as it could be written, or an empty text when there is none."""
    return option.default_shown or option.write(option.default)


def _line(option: Option) -> str:
    flag = option.flag if option.positional else f"{option.flag}={shown_default(option) or option.metavar}"
    left = f"  {flag:{_FLAG}}  {option.help}"
    return f"{left}  {option.environment:>{_WIDTH - len(left) - 2}}"
