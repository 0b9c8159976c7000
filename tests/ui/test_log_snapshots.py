"""Pictures of what is done with output; look at each one before it is accepted."""

from tests import scenes
from tests.ui.test_snapshots import LOW, NARROW, WIDE, pictured

__all__ = ["pictured"]


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
        assert pictured(scenes.telling(), NARROW, "f", "down")
