"""The store that a simulator keeps its messages in, opened."""

from __future__ import annotations

from threading import RLock
from typing import Any

from smsc_sim.net.driver import Driver
from smsc_sim.net.logs import NoteLog
from smsc_sim.net.store_folder import StoreFolder
from smsc_sim.net.storekeeper import Storekeeper
from smsc_sim.sim.store.store import Store


def opened_store(
    driver: Driver,
    reactor: Any,
    log: NoteLog,
    folder: StoreFolder | None,
    *,
    power_safe: bool,
    durable: bool,
    keep: int,
) -> Storekeeper:
    """The keeper of a store in ``folder``, or in memory, to which the driver hands what leaves from now on.

    ``power_safe``, ``durable`` and ``keep`` as the options of these names say.  Raises StoreError.
    """
    smsc = driver.smsc

    def alphabet_of(system_id: str) -> str:
        account = smsc.accounts.find(system_id)
        return account.profile.alphabet if account is not None else smsc.profile.alphabet

    database = folder.database if folder is not None else None
    driver.storekeeper = Storekeeper(
        smsc,
        Store(database, alphabet_of=alphabet_of, power_safe=power_safe, lock=RLock()),
        reactor,
        log,
        driver.clock,
        lambda: driver.settle(driver.clock()),
        durable=durable and folder is not None,
        keep=keep,
    )
    return driver.storekeeper
