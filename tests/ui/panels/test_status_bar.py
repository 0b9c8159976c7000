from tests import scenes
from tests.ui.opened import opened


async def test_space_counts_and_clock(tmp_path):
    async with opened(scenes.queued(), tmp_path, (80, 24)) as it:
        first = it.text.splitlines()[0]
        assert first.startswith(" octotui · Kraken")
        assert first.endswith("2 executing · 3 queued   13:46:47")


async def test_the_clock_goes_first_where_there_is_no_room(tmp_path):
    async with opened(scenes.queued(), tmp_path, (40, 10)) as it:
        first = it.text.splitlines()[0]
        assert "2 executing · 3 queued" in first
        assert "13:46" not in first
