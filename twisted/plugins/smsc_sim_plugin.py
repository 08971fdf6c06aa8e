"""``twistd smsc-sim``: names the module that holds options and service; loaded only when it is asked for."""

from twisted.application.service import ServiceMaker

smsc_sim = ServiceMaker(
    "smsc_sim",
    "smsc_sim.tap",
    "An SMSC simulator: SMPP clients bind, submit and get receipts.",
    "smsc-sim",
)
