from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.state import State
from octotui.ui.panels.tree_panel import TreePanel
from octotui.views.tree import run_tree
from tests import scenes
from tests.ui.opened import opened


async def test_the_cursor_is_on_what_matters_until_it_is_moved(tmp_path):
    async with opened(scenes.failed(), tmp_path) as it:
        panel = it.app.screen.query_one(TreePanel)
        await it.sees("Output · run-1 Bandage it")
        await it.press("tab", "tab", "g", "j")
        await it.sees("Output · run-1 Poke it")
        it.session.later(16)
        await it.pilot.pause()
        assert panel.row is not None
        assert panel.row.text == "Poke it"


async def test_it_moves_on_with_the_run(tmp_path):
    async with opened(scenes.retrying(), tmp_path) as it:
        await it.sees("◔ Poke it", "retries in 3s, attempt 2 of 2: exit code 1")
        it.session.later(14)
        await it.sees(
            "✖ Poke it", "exit code 1 · attempt 2 of 2", "▶ Bandage it", "Output · run-1 Bandage it"
        )


async def test_its_heading_is_the_run(tmp_path):
    async with opened(scenes.cancelling(), tmp_path) as it:
        await it.sees(
            "run-1 Create AWS RDS · Production", "◌ cancelling 9s", "cancelled by ann", "◌ Create the"
        )


async def test_without_a_run_it_is_empty(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.sees("No run is selected.")
        assert it.app.screen.query_one(TreePanel).row is None


async def test_it_begins_at_its_top_where_that_shows_what_matters(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("G", "enter")
        await it.sees("worker1", "first in setup", "Output · run-2 Create the instance")
        await it.pilot.resize_terminal(80, 20)
        await it.sees("first in setup", "▌│     └ ▶ Create the instance")


async def test_it_is_made_anew_only_where_something_of_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = run_tree.rows

    def rows(state: State, name: str, *more: object) -> object:
        made.append(name)
        return real(state, name, *more)  # type: ignore[arg-type]

    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("j")
        await it.sees("run-2 Create AWS RDS · Test")
        await it.pilot.pause()
        monkeypatch.setattr(run_tree, "rows", rows)
        panel = it.app.screen.query_one(TreePanel)
        panel.picture = replace(panel.picture, seq=panel.picture.seq + 1)
        await it.pilot.pause()
        assert made == []
        panel.now += 5
        await it.pilot.pause()
        assert made == ["run-2"]
