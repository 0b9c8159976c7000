"""What tests of several rooms use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout
from tests.servers import end_servers


def pytest_configure(config: pytest.Config) -> None:
    """Watch the checkout, once a session: workers of pytest-xdist have an input, who starts them has none.

    Updating snapshots is meant to change it.
    """
    if not hasattr(config, "workerinput") and not config.getoption("update_snapshots", False):
        config.pluginmanager.register(Checkout(Path(__file__).parents[1]))


@pytest.fixture
def servers_end(tmp_path: Path) -> Iterator[None]:
    """Servers that a test leaves in its folder are ended."""
    yield
    end_servers(tmp_path)
