"""What tests of several rooms use."""

import compileall
import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout
from tests.kube_api import kube, kube_certificates  # noqa: F401 - fixtures
from tests.servers import end_servers
from tests.sshd import login, make_sshd, sshd  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Have signals as a terminal gives them, and once a session compile the package and watch the checkout.

    Who starts pytest in the background, or with nohup, lets it ignore signals, and scripts inherit that.
    Where Python may write no bytecode (PYTHONDONTWRITEBYTECODE), each of the many processes that tests start
    would compile octotui anew, and that is half of what it costs to start one.
    Workers of pytest-xdist have an input, who starts them has none. Updating snapshots is meant to change
    the checkout.
    """
    gc.set_threshold(20_000, 20, 20)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    if hasattr(config, "workerinput"):
        return
    compileall.compile_dir(ROOT / "octotui", quiet=2)
    if not config.getoption("update_snapshots", False):
        config.pluginmanager.register(Checkout(ROOT))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look for garbage in what tests make, not among modules and collected tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def own_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Columns and views that the account at this machine has saved decide about no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture
def servers_end(tmp_path: Path) -> Iterator[None]:
    """Servers that a test leaves in its folder are ended."""
    yield
    end_servers(tmp_path)
