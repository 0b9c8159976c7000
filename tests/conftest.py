"""What tests of several rooms use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import end_servers


@pytest.fixture
def servers_end(tmp_path: Path) -> Iterator[None]:
    """Servers that a test leaves in its folder are ended."""
    yield
    end_servers(tmp_path)
