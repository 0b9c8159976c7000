"""Tables on a page: heads over aligned rows, in the columns that say something there."""

from datetime import UTC

from octotui.ui.panels.pages.page_tables import PageTables
from octotui.views import runs
from octotui.views.lists.columns import CellContext
from octotui.views.pages.page import PageLine, PagePlace
from octotui.views.pages.place_pages import PageScope, page
from octotui.views.runs import RunRow
from tests import scenes
from tests.scenes import Scene
from tests.ui.fake import FakeSession


def drawn(scene: Scene, tmp_path, place: PagePlace, width: int = 110) -> list[str]:
    """The tables of a page in text."""
    past = {each.id: each for each in FakeSession(scene, tmp_path)._ended()}
    found = page(place, PageScope(scene.state, scene.now, UTC, [*past.values()]))

    def row(name: str) -> RunRow | None:
        here = runs.row(scene.state, name, scene.now, UTC)
        return here or runs.past_row(scene.state.model, past[name], scene.now)

    tables = PageTables()
    tables.look(found, place, scene.state, CellContext(scene.now, UTC), row)
    lines = (tables.draw(each, width, row) for each in found)
    return ["".join(text for text, _ in line) for line in lines if line is not None]


def test_what_the_page_is_about_and_what_is_empty_is_left_out(tmp_path) -> None:
    workers, *_ = drawn(scenes.deployed(), tmp_path, PagePlace("pool", "setup"))
    assert workers.split() == ["worker", "state", "runs", "last", "ended"]
    here = drawn(scenes.deployed(), tmp_path, PagePlace("environment", "production"))
    assert here[0].split()[:6] == ["run", "title", "state", "tenant", "start", "took"]
    assert not any("env" in line.split() for line in here)


def test_rows_of_all_sections_are_aligned_under_their_heads(tmp_path) -> None:
    lines = drawn(scenes.lock_wait(), tmp_path, PagePlace("worker", "worker1"))
    jobs, lines = lines[:4], lines[4:]
    assert [line.split()[:3] for line in jobs[::2]] == [["run", "step", "state"]] * 2
    assert jobs[0] == jobs[2]
    assert [line[jobs[0].index("state") :].split()[0] for line in jobs[1::2]] == ["running", "waits"]
    heads = [line for line in lines if line.split()[0] == "run"]
    assert len(heads) == 2
    assert heads[0] == heads[1]
    rows = [line for line in lines if line not in heads]
    assert all(line[heads[0].index("title") - 1] == " " for line in rows)
    assert {line[heads[0].index("state") :].split()[0] for line in rows} == {
        "executing",
        "waits",
        "succeeded",
    }


def test_what_is_no_table_is_drawn_otherwise() -> None:
    assert PageTables().draw(PageLine(key="facts", text="idle"), 80, lambda _: None) is None
    assert PageTables().draw(PageLine(key="x", table="runs", run="run-9"), 80, lambda _: None) is None
