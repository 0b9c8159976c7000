"""Runs on a page, in its columns."""

from datetime import UTC

from octotui.ui.panels.pages.run_lines import columns_of, run_spans
from octotui.views import runs
from octotui.views.lists.columns import CellContext
from octotui.views.pages.page import PagePlace
from tests import scenes
from tests.ui.fake import FakeSession
from tests.world import World


def test_what_the_page_is_about_and_what_the_model_lacks_is_left_out() -> None:
    state = scenes.deployed().state
    assert "environment" in columns_of(state, PagePlace("worker", "worker1"))
    assert "worker" not in columns_of(state, PagePlace("worker", "worker1"))
    assert "environment" not in columns_of(state, PagePlace("environment", "test"))
    assert "tenant" in columns_of(state, PagePlace("environment", "test"))
    without = World(scenes.kraken(tenants={})).state
    assert "tenant" not in columns_of(without, PagePlace("pool", "setup"))


def test_lines_of_a_page_are_aligned_however_their_runs_are_called(tmp_path) -> None:
    scene = scenes.deployed()
    known = FakeSession(scene, tmp_path)._ended()
    place, scope = PagePlace("pool", "setup"), CellContext(scene.now, UTC)

    def line(run: str) -> str:
        record = next(each for each in known if each.id == run)
        row = runs.past_row(scene.state.model, record, scene.now)
        return "".join(text for text, _ in run_spans(row, 90, scope, scene.state, place, known))

    first, second = line("run-10"), line("run-4")
    assert first.index("failed") == second.index("failed")
    assert "Contoso" in second
    assert len(first.rstrip()) <= 90
