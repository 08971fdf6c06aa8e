from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition
from smsc_sim.scenario.load import check_text
from smsc_sim.scenario.values import Rate, parse_network
from smsc_sim.smpp.status import CommandStatus


def account(text: str) -> AccountDefinition:
    checked = check_text(f"smsc: 1\naccounts:\n  - {text}\n", "f.yaml")
    assert checked.file is not None
    (only,) = checked.file.accounts
    return only


def findings(*accounts: str) -> list[str]:
    text = "smsc: 1\naccounts:\n" + "".join(f"  - {one}\n" for one in accounts)
    return [str(finding) for finding in check_text(text, "f.yaml").findings]


def test_an_account_needs_only_its_name() -> None:
    only = account("{system_id: acme}")
    assert only == AccountDefinition(system_id="acme")
    assert (only.password, only.sessions, only.throughput, only.window, only.allow) == ("", None, None, None, ())
    assert only.binds == ("transmitter", "receiver", "transceiver")


def test_every_field_can_be_written() -> None:
    assert account(
        "{system_id: 0123, password: no, sessions: 2, binds: [receiver, transceiver], throughput: 5/s per account,"
        " throughput_status: ESME_RMSGQFUL, window: 10, window_status: 0x40b, allow: [127.0.0.1, 192.0.2.0/24],"
        " receipts_via: least_loaded}"
    ) == AccountDefinition(
        system_id="0123",
        password="no",
        sessions=2,
        binds=("receiver", "transceiver"),
        throughput=Rate(5, 1.0, "account"),
        throughput_status=CommandStatus.ESME_RMSGQFUL,
        window=10,
        window_status=0x40B,
        allow=(parse_network("127.0.0.1"), parse_network("192.0.2.0/24")),
        receipts_via="least_loaded",
    )


def test_two_accounts_cannot_have_one_name() -> None:
    assert findings("{system_id: acme}", "{system_id: b}", "{system_id: acme, sessions: 0}") == [
        "f.yaml:5:17: error E020: two accounts have the system_id 'acme'; the other is at line 3",
        "f.yaml:5:33: error E013: sessions: '0' is too small; the least is 1",
    ]


def test_a_long_password_is_worth_a_warning() -> None:
    (finding,) = findings("{system_id: acme, password: 12345678}", "{system_id: b, password: 123456789}")
    assert finding.startswith("f.yaml:4:30: warning W101: the password has 9 characters")


def test_the_password_is_not_in_what_python_shows() -> None:
    assert "hunter2" not in repr([AccountDefinition(system_id="acme", password="hunter2")])


def test_the_default_account_is_the_one_of_the_documentation() -> None:
    assert (DEFAULT_ACCOUNT.system_id, DEFAULT_ACCOUNT.password) == ("smppclient1", "password")
