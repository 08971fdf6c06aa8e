"""A scenario as it is obeyed: whole, checked, and immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.defaults import Defaults
from smsc_sim.scenario.expectation import Expectation
from smsc_sim.scenario.profile import NO_PROFILE, Profile
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.switch import SwitchDefinition

_NO_DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a scenario file and the files it includes say, in the form that is compiled."""

    name: str = ""
    description: str = ""
    seed: int | Literal["random"] | None = None
    """None: the server's seed."""
    profile: Profile = NO_PROFILE
    """Of every account that names none."""
    accounts: tuple[AccountDefinition, ...] = ()
    """As they are written, without the limits of their profiles. Empty: the server's accounts, or those of the
    profile."""
    switches: Mapping[str, SwitchDefinition] = field(default_factory=dict)
    distribution_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Numbers by the name of their list."""
    rules: tuple[Rule, ...] = ()
    """From top to bottom: those of the file, of the files it includes, and of the profiles."""
    defaults: Defaults = _NO_DEFAULTS
    expectations: tuple[Expectation, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    """Those that are named, by name or whole path: what ``profile`` of the accounts here says."""
    files: tuple[str, ...] = ()
    """Every file that was read, with its whole path: what a watcher watches."""

    def profile_of(self, account: AccountDefinition) -> Profile:
        """Return the profile that an account is under."""
        return self.profile if account.profile is None else self.profiles.get(account.profile, self.profile)


NO_SCENARIO = Scenario()
"""Every message accepted, and delivered after a second."""
