"""Fixtures of the end-to-end tests: every test of this directory is marked ``e2e``."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.harm import check_bystander
from tests.e2e.server import Smsc, running_smsc
from tests.e2e.wire import Esme

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def start_smsc(tmp_path: Path) -> Iterator[Callable[..., Smsc]]:
    """Start servers with options of the test's own."""
    numbers = itertools.count(1)
    with contextlib.ExitStack() as stack:

        def start(*options: str, tls: bool = True) -> Smsc:
            directory = tmp_path / f"smsc{next(numbers)}"
            return stack.enter_context(running_smsc(directory, *options, tls=tls))

        yield start


@pytest.fixture
def smsc(start_smsc: Callable[..., Smsc]) -> Smsc:
    """A server with the default account, whose receipts come after 200 ms."""
    return start_smsc("--receipt-after", "200ms")


@pytest.fixture(scope="module")
def shared_smsc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smsc]:
    """One server for all tests of a module, with all the harm that they do."""
    with running_smsc(tmp_path_factory.mktemp("smsc"), "--receipt-after", "10ms") as running:
        yield running


@pytest.fixture
def bystander(shared_smsc: Smsc) -> Iterator[Esme]:
    """A session bound before the harm is done, which must work as ever afterwards."""
    with shared_smsc.connect() as esme:
        esme.bind()
        yield esme
        check_bystander(esme)
