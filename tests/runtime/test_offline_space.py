"""A space looked at where it lies."""

from pathlib import Path

import pytest

from octotui.engine.commands import StartRun
from octotui.engine.state.snapshot import encode
from octotui.runtime.offline_space import OfflineSpace
from octotui.runtime.open_space import open_space
from octotui.store.errors import StoreError
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.space_folder import space_folder
from tests.world import manual, model

MODEL = model({"ask": [manual("May it?")]})


async def test_it_shows_what_is_there_beside_who_has_it_open(tmp_path: Path) -> None:
    async with open_space(MODEL, tmp_path, "ann", lambda: 1000.0) as session:
        await session.send(StartRun(process="ask"))
        there = OfflineSpace(space_folder(MODEL.space.slug, tmp_path))
        assert encode(there.state) == encode(session.state)
        assert await there.history() == await session.history()
        assert await there.summary() == await session.summary()
        assert encode(await there.family("run-1")) == encode(await session.family("run-1"))
        assert await there.events_of("run-1", others=True) == await session.events_of("run-1", others=True)
        assert there.log_path("run-1", "job-1.1") == session.log_path("run-1", "job-1.1")
        assert there.artifact_path("run-1", "j", "a") == session.artifact_path("run-1", "j", "a")


async def test_a_space_that_is_not_there_is_empty(tmp_path: Path) -> None:
    there = OfflineSpace(space_folder("none", tmp_path))
    assert (there.state.seq, await there.history()) == (0, [])
    assert await there.summary() == SearchSummary()
    with pytest.raises(StoreError):
        await there.family("run-1")
