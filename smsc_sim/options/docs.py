"""The page of options in the documentation, made from the table: ``python -m smsc_sim.options.docs``."""

import sys

from smsc_sim.options.help import shown_default
from smsc_sim.options.table import CONFIG_NAME, GROUPS, OPTIONS, Option

_HEAD = f"""\
Options
=======

This page is made by ``python -m smsc_sim.options.docs`` from the table that the program uses.

Each option is a flag of ``smsc-sim run`` and of ``twistd -n smsc-sim``, an environment variable, and a key of the
configuration file ``{CONFIG_NAME}`` (in the working directory, or where ``--config`` says). The built-in value gives
way to the configuration file, that to the scenario's ``seed`` and ``accounts``, these to the environment, and all of
them to a flag. ``smsc-sim config`` shows every value with its origin.

- A flag that may be repeated is a list in the configuration file, and has spaces between its values in the
  environment. A list replaces the list of a weaker origin, it does not add to it.
- An empty environment variable counts as none.
- A relative path in the configuration file begins at that file's folder.
- Accounts have no flag: they stand under ``accounts`` in the scenario, else in the configuration file, else
  ``smppclient1`` with the password ``password`` may bind.

"""


def options_page() -> str:
    """Return the page, in reStructuredText."""
    parts = [_HEAD]
    for group, note in GROUPS.items():
        parts.append(f"{group}\n{'-' * len(group)}\n")
        if note:
            parts.append(f"{note[0].upper()}{note[1:]}.\n")
        parts += [_entry(option) for option in OPTIONS if option.group == group]
    return "\n".join(parts)


def _entry(option: Option) -> str:
    flag = option.flag if option.positional or option.is_switch else f"{option.flag} {option.metavar}"
    if option.secret:
        flag = option.environment
    lines = [f"``{flag}``", f"   {option.about}", ""]
    takes = f"   Takes {option.describe()}"
    takes += "; may be repeated." if option.repeatable else "."
    default = shown_default(option)
    lines += [
        takes,
        f"   Default: ``{default}``." if default else "   No default.",
        f"   Environment: ``{option.environment}``.",
    ]
    if option.in_config:
        lines[-1] += f" Configuration key: ``{option.key}``."
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(options_page())
