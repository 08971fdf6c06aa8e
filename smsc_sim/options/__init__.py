"""The server's options: one table, from which come flags, environment names, configuration keys and help."""

from smsc_sim.options.arguments import HelpAsked
from smsc_sim.options.errors import OptionsError
from smsc_sim.options.model import Settings
from smsc_sim.options.resolve import resolve
from smsc_sim.options.table import OPTIONS, Option
from smsc_sim.options.twistd import twistd_options

__all__ = ["OPTIONS", "HelpAsked", "Option", "OptionsError", "Settings", "resolve", "twistd_options"]
