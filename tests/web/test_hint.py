"""What a newcomer is told."""

import pytest

from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition
from smsc_sim.web.hint import ClientHint

OWN = AccountDefinition(system_id="acme", password="secret")


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("127.0.0.1:2775", "127.0.0.1", 2775),
        ("[::1]:40000", "::1", 40000),
        ("0.0.0.0:2775", "127.0.0.1", 2775),
        ("[::]:2775", "::1", 2775),
    ],
)
def test_the_built_in_account(address: str, host: str, port: int) -> None:
    assert ClientHint.for_account(address, (OWN, DEFAULT_ACCOUNT)) == ClientHint(
        host, port, "smppclient1", "password", 1
    )


def test_the_password_of_an_account_of_the_user_is_kept_to_itself() -> None:
    assert ClientHint.for_account("127.0.0.1:2775", (OWN,)) == ClientHint("127.0.0.1", 2775, "acme", None)
    assert ClientHint.for_account("127.0.0.1:2775", ()) == ClientHint("127.0.0.1", 2775)


def test_a_unix_socket_has_no_port() -> None:
    assert ClientHint.for_account("unix:/run/smsc.sock", (OWN,)) is None
