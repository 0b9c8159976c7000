"""Pictures of what is done with output; look at each one before it is accepted."""

from pathlib import Path

import pytest

from octotui.ui.app import OctotuiApp
from octotui.ui.finding.output_search_dialog import OutputSearchDialog
from tests import scenes
from tests.ui.fake import FakeSession
from tests.ui.headless import screen_settled
from tests.ui.test_snapshots import LOW, NARROW, WIDE, pictured

__all__ = ["pictured"]


@pytest.fixture
def searched(snap_compare, tmp_path: Path):
    """Whether the search of the last runs still looks as it did once a text was searched for."""

    def compare(size: tuple[int, int], text: str) -> bool:
        session = FakeSession(scenes.seed(), tmp_path)
        app = OctotuiApp(session, now=session.now)

        async def settle(pilot) -> None:
            dialog = OutputSearchDialog(session)
            await app.push_screen(dialog)
            await pilot.press(*text, "enter")
            while dialog._search is None or dialog._search.is_running:
                await pilot.pause(0.01)
            await screen_settled(pilot)

        return snap_compare(app, terminal_size=size, run_before=settle)

    return compare


class TestLog:
    def test_a_filter_with_lines_around(self, pictured):
        assert pictured(scenes.seed(), NARROW, "l", "ampersand", *"-1 20", "enter")

    def test_all_jobs_merged(self, pictured):
        assert pictured(scenes.seed(), WIDE, "enter", "tab", "M")

    def test_all_jobs_merged_low(self, pictured):
        assert pictured(scenes.seed(), LOW, "l", "M", "slash", *"disk|20", "enter")

    def test_jobs_folded_by_step(self, pictured):
        assert pictured(scenes.seed(), NARROW, "l", "z", "g", "j", "z")

    def test_a_file_is_named(self, pictured, monkeypatch, tmp_path):
        assert pictured(scenes.seed(), NARROW, "l", "W")


class TestFiles:
    def test_files(self, pictured):
        assert pictured(scenes.telling(), WIDE, "f", "down")


class TestOutputSearch:
    def test_what_was_found(self, searched):
        assert searched(NARROW, "instance|waiting")

    def test_what_was_found_wide(self, searched):
        assert searched(WIDE, "instance|waiting")

    def test_nothing_was_found_low(self, searched):
        assert searched(LOW, "no such text")
