"""What tests of several rooms use."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout
from tests.servers import end_servers


def pytest_configure(config: pytest.Config) -> None:
    """Have signals as a terminal gives them, and watch the checkout.

    Who starts pytest in the background, or with nohup, lets it ignore signals, and scripts inherit that.
    The checkout is watched once a session: workers of pytest-xdist have an input, who starts them has none.
    Updating snapshots is meant to change it.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    if not hasattr(config, "workerinput") and not config.getoption("update_snapshots", False):
        config.pluginmanager.register(Checkout(Path(__file__).parents[1]))


@pytest.fixture
def servers_end(tmp_path: Path) -> Iterator[None]:
    """Servers that a test leaves in its folder are ended."""
    yield
    end_servers(tmp_path)
