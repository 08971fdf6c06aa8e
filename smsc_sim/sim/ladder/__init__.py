"""The ladder: one session as arrows between ESME and SMSC, each answer with its request."""

from smsc_sim.sim.ladder.build import Ladder, ladder_of
from smsc_sim.sim.ladder.mermaid import mermaid
from smsc_sim.sim.ladder.plain import plain
from smsc_sim.sim.ladder.rows import PAGE, LadderPage, Row
from smsc_sim.sim.ladder.svg import svg

__all__ = ["PAGE", "Ladder", "LadderPage", "Row", "ladder_of", "mermaid", "plain", "svg"]
