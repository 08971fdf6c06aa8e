"""Binding: who gets a session, as what, and with which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.sim.delivery.backlog import begin_flush
from smsc_sim.sim.journal.notes import SessionNote, cut
from smsc_sim.sim.sessions.account import BIND_STATES, Account, password_matches
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.sessions.throughput import SlidingWindow
from smsc_sim.sim.visible import visible
from smsc_sim.smpp.framing import HEADER
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import CommandStatus, name_of

if TYPE_CHECKING:
    from smsc_sim.scenario.profile import Profile
    from smsc_sim.sim.smsc import Smsc

VERSIONS = {"3.3": 0x33, "3.4": 0x34, "5.0": 0x50}
"""interface_version by the name that settings use (SMPP 3.4 section 5.2.4)."""

VERSION_NAMES = {number: name for name, number in VERSIONS.items()}

_OF_THE_ESME = "{system_id}"


class Refusal(Exception):
    """A bind is refused with ``status``; ``str()`` says why; ``close``: and that is the end of the connection."""

    def __init__(self, status: int, reason: str, *, close: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.close = close


def settled_version(offered: int, wanted: int) -> int:
    """The version of a session: what the ESME wants, at most what the SMSC offers (SMPP 3.4 section 5.2.4).

    0x00 to 0x33 stand for 3.3 or older.
    """
    return min(_version(wanted), offered)


def _version(wanted: int) -> int:
    return 0x33 if wanted < 0x34 else 0x34 if wanted < 0x50 else 0x50


def count_bind(smsc: Smsc, account: Account | None, response: bytes) -> None:
    """A bind was answered with this; ``account``: the one asked for, None where there is none of that name."""
    smsc.breakdown.binds.add(("" if account is None else account.system_id, HEADER.unpack_from(response)[2]))


class Binding:
    """Decides about bind requests."""

    __slots__ = ("_smsc",)

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc

    def bind(self, session: Session, pdu: Pdu, now: float) -> tuple[bytes, Refusal | None]:
        """Bind the session as ``pdu`` asks, or refuse to; returns the response that says so, and the refusal."""
        smsc = self._smsc
        system_id = str(pdu.fields["system_id"])
        asked = smsc.accounts.find(system_id)
        try:
            account = self._admitted(session, pdu, asked)
        except Refusal as refusal:
            smsc.counters.binds_refused += 1
            reason = f"{pdu.name} as '{visible(system_id)}' refused, {name_of(refusal.status)}: {refusal}"
            smsc.complain("warn", session, reason)
            note = SessionNote(at=now, session=session.number, what="bind_refused", reason=cut(reason))
            smsc.journal.note(note)
            by_name = isinstance(refusal.status, CommandStatus)
            response = smsc.refusal(session, pdu, refusal.status, by_name=by_name)
            count_bind(smsc, asked, response)
            return response, refusal
        self._begin(session, pdu, account, now)
        profile = account.profile
        offered = self._offered(profile)
        with_version = profile.states_version and session.interface_version >= VERSIONS["3.4"]
        name = profile.system_id or smsc.settings.system_id
        response = smsc.response(
            pdu,
            {"system_id": system_id if name == _OF_THE_ESME else name},
            [("sc_interface_version", offered)] if with_version else [],
        )
        count_bind(smsc, account, response)
        return response, None

    def _offered(self, profile: Profile) -> int:
        return VERSIONS[
            profile.interface_version if profile.name != "generic" else self._smsc.settings.interface_version
        ]

    def _admitted(self, session: Session, pdu: Pdu, account: Account | None) -> Account:
        """The account that the session is bound to.  Raises Refusal."""
        smsc = self._smsc
        fields = pdu.fields
        known = password_matches(account, str(fields["password"]))
        profile = account.profile if account is not None else smsc.profile
        wanted = fields["interface_version"]
        assert isinstance(wanted, int), "a decoded field"
        accepted = set(profile.versions) & set(smsc.settings.versions)
        if "interface_version" not in profile.ignored_fields and VERSION_NAMES[_version(wanted)] not in accepted:
            raise Refusal(profile.version_status, f"interface_version 0x{wanted:02x} is not accepted here")
        if account is None:
            raise Refusal(profile.system_id_status, "no such account")
        if not known:
            raise Refusal(profile.password_status, "wrong password")
        self._check(session, pdu, account)
        return account

    def _check(self, session: Session, pdu: Pdu, account: Account) -> None:
        """What the account and its provider ask of a bind beside the password.  Raises Refusal."""
        definition, profile = account.definition, account.profile
        bind_type = pdu.name.removeprefix("bind_")
        if not account.allows(session.host):
            raise Refusal(CommandStatus.ESME_RBINDFAIL, f"{session.host} is not on the account's allow list")
        if bind_type not in definition.binds:
            raise Refusal(CommandStatus.ESME_RBINDFAIL, f"the account may not bind as {bind_type}")
        if definition.sessions is not None and len(account.sessions) >= definition.sessions:
            raise Refusal(profile.sessions_status, f"the account has its {definition.sessions} sessions already")
        for check in profile.bind_checks:
            value = pdu.fields.get(check.field)
            if not isinstance(value, list) and not check.test.holds(value):
                raise Refusal(check.status, f"{check.field} is not {check.test.describe()}")
        wallet = definition.wallet
        if wallet is not None and wallet.at == "bind" and not account.can_pay(1):
            raise Refusal(wallet.status, "the balance is empty", close=wallet.then == "close")

    def _begin(self, session: Session, pdu: Pdu, account: Account, now: float) -> None:
        smsc = self._smsc
        wanted = pdu.fields["interface_version"]
        assert isinstance(wanted, int), "a decoded field"
        bind_type = pdu.name.removeprefix("bind_")
        session.state = BIND_STATES[bind_type]
        session.account = account
        offered = self._offered(account.profile)
        ignored = "interface_version" in account.profile.ignored_fields
        session.interface_version = offered if ignored else settled_version(offered, wanted)
        session.bound_at = now
        session.last_received_at = smsc.timers.instant(now)
        session.receipt_window = smsc.settings.receipts.window
        rate = account.definition.throughput
        if rate is not None and rate.scope == "session":
            session.throughput = SlidingWindow(rate)
        account.sessions.append(session)
        if session.receives and account.waiting:
            begin_flush(account, session, now)
        smsc.timers.start(session, now)
        smsc.counters.binds_accepted += 1
        smsc.journal.bound(now, session.number, account.system_id, bind_type, alphabet=account.profile.alphabet)
        smsc.note("info", session, f"bound as {bind_type}, SMPP {VERSION_NAMES[session.interface_version]}")
