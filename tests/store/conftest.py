from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.store.journal.in_memory import AnyJournal, MemoryJournal
from octotui.store.journal.journal import Journal
from tests.store.server import Served, serving


@pytest.fixture(params=["sqlite", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyJournal]:
    made = Journal(tmp_path / "journal.sqlite") if request.param == "sqlite" else MemoryJournal()
    yield made
    made.close()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as made:
        yield made
