"""The options as twistd wants them: a usage.Options that is made from the same table."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smsc_sim.options.arguments import HelpAsked
from smsc_sim.options.errors import OptionsError
from smsc_sim.options.help import help_text, shown_default
from smsc_sim.options.resolve import resolve
from smsc_sim.options.table import OPTIONS

if TYPE_CHECKING:
    from twisted.python import usage

COMMAND = "twistd -n smsc-sim"


def twistd_options() -> "type[usage.Options]":
    """Return the class of options for a twistd plugin; instances have ``settings`` once they are parsed.

    Its parameters and flags are the table's rows, which serves shell completion and whoever looks at the class.
    Parsing is :func:`~smsc_sim.options.resolve.resolve`: a mistake is one line and exit code 2, before twistd
    becomes a daemon, where usage.Options would print the whole help and leave with 1.
    """
    from twisted.python import usage  # noqa: PLC0415 - only twistd needs it

    class TwistdOptions(usage.Options):
        synopsis = "[SCENARIO] [options]"
        optFlags = [[row.flag[2:], None, row.help] for row in OPTIONS if row.is_switch]  # noqa: N815, RUF012
        optParameters = [  # noqa: N815, RUF012
            [row.flag[2:], None, shown_default(row), row.help]
            for row in OPTIONS
            if not (row.is_switch or row.positional or row.secret)
        ]
        settings: Any = None

        def parseOptions(self, options: Sequence[str] | None = None) -> None:  # noqa: N802
            arguments = sys.argv[1:] if options is None else options
            try:
                self.settings = resolve(arguments, os.environ, os.getcwd(), command=COMMAND)
            except HelpAsked as asked:
                sys.stdout.write(f"{asked}\n")
                raise SystemExit(0) from None
            except OptionsError as error:
                sys.stderr.write(f"{error}\n")
                raise SystemExit(error.exit_code) from None

        def getUsage(self, width: int | None = None) -> str:  # noqa: N802
            del width
            return help_text(COMMAND)

    return TwistdOptions
