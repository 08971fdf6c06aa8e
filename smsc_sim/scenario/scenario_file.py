"""The scenario file as it is written."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.defaults import WrittenDefaults
from smsc_sim.scenario.expectation import WrittenExpectation
from smsc_sim.scenario.switch import WrittenSwitch
from smsc_sim.scenario.values import ListName, Number
from smsc_sim.scenario.written_rule import WrittenRule

Seed = Annotated[int, Meta(ge=0, le=999_999_999_999_999_999)] | Literal["random"]
"""What chance begins with; ``random``: drawn at start, logged and shown."""


class ScenarioFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario as it is written."""

    smsc: Literal[1]
    """The version of the format."""
    name: str = ""
    """Shown wherever the scenario is."""
    description: str = ""
    """For the reader of the file."""
    seed: Seed | None = None
    """None: the server's seed."""
    profile: Annotated[str, Meta(min_length=1)] | None = None
    """The provider profile of every account that names none: a built-in one, or a path."""
    include: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """Further files, relative to this one and below its folder, or builtin:test-numbers."""
    defaults: WrittenDefaults | None = None
    """What happens when no rule decides."""
    accounts: tuple[AccountDefinition, ...] = ()
    """Who may bind; empty: the server's accounts."""
    switches: dict[Annotated[str, Meta(min_length=1, max_length=100)], WrittenSwitch | None] = {}
    """Failures that people turn on and off."""
    distribution_lists: dict[ListName, Annotated[tuple[Number, ...], Meta(min_length=1, max_length=255)]] = {}
    """Numbers that a submit_multi may name as one destination, by the name of their list."""
    rules: tuple[WrittenRule, ...] = ()
    """From top to bottom; the first one that applies decides."""
    expect: tuple[WrittenExpectation, ...] = ()
    """What the client is expected to do."""
