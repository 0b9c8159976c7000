"""Searching the output of the last runs in the app."""

from octotui.ui.finding import output_search
from octotui.ui.finding.output_search import OutputSearch
from octotui.ui.finding.output_search_dialog import OutputSearchDialog
from octotui.ui.finding.providers import SEARCH
from octotui.ui.log.view import LogView
from octotui.ui.screens.run_screen import RunScreen
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import Opened, opened


async def ask(it: Opened, text: str) -> None:
    """Open the dialog by the palette, and search for a text."""
    await it.press("colon")
    await it.pilot.press(*"search the output of")
    await it.sees(SEARCH)
    await it.pilot.pause(0.3)
    await it.press("enter")
    await it.sees("Search the output of the last 20 runs")
    await it.press(*text, "enter")


def done(it: Opened) -> bool:
    screen = it.app.screen
    return isinstance(screen, OutputSearchDialog) and "searching" not in it.text


def printed(it: Opened, text: str) -> None:
    """Have each job print this."""
    path = it.session.directory / "printed"
    path.write_text(text)
    it.session.log_path = lambda run, job: path  # type: ignore[method-assign]


async def test_s10_the_newest_run_comes_first_and_enter_opens_its_line(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        printed(it, "copied\n" * 400 + "the \x1b[31mdi\x1b[0msk/1 is full\n" + "copied\n" * 300 + "disk/1\n")
        await ask(it, "disk/1")
        await it.sees("the disk/1 is full", " lines of ", " runs")
        await it.until(lambda: done(it))
        dialog = it.app.screen
        assert isinstance(dialog, OutputSearchDialog)
        runs = [int(row.run.removeprefix("run-")) for row in dialog._rows]
        assert runs == sorted(runs, reverse=True)
        assert len(set(runs)) > 1
        first = dialog._rows[0]
        assert (first.before, first.match, first.behind, first.number) == ("the ", "disk/1", " is full", 401)
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        await it.sees("the disk/1 is full", "/disk/1 1/2")
        assert it.app.screen.run == first.run
        view = it.app.screen.query_one(LogView)
        assert view.line == 400
        assert not view.following
        await it.press("n")
        await it.sees("/disk/1 2/2")
        assert view.line == 701


async def test_escape_stops_a_search_and_then_leaves(tmp_path, monkeypatch):
    """A key within a search has an effect before it ends."""
    monkeypatch.setattr(output_search, "LAST", 20)
    async with opened(scenes.seed(), tmp_path) as it:
        printed(it, "copied\n" * 200_000 + "full\n")
        monkeypatch.setattr("octotui.ui.log.lines.line_scan.BLOCK", 128)
        await ask(it, "full")
        await it.sees("searching run-")
        await it.press("escape")
        await it.sees("stopped at run-")
        assert isinstance(it.app.screen, OutputSearchDialog)
        await it.press("escape")
        await it.until(lambda: not isinstance(it.app.screen, OutputSearchDialog))


async def test_who_leaves_stops_the_search(tmp_path, monkeypatch):
    searches: list[OutputSearch] = []
    begun = OutputSearch.__init__

    def begin(search: OutputSearch, *given: object) -> None:
        begun(search, *given)
        searches.append(search)

    monkeypatch.setattr(OutputSearch, "__init__", begin)
    async with opened(scenes.seed(), tmp_path) as it:
        printed(it, "copied\n" * 200_000)
        monkeypatch.setattr("octotui.ui.log.lines.line_scan.BLOCK", 128)
        await ask(it, "full")
        await it.until(lambda: searches and searches[0].is_running)
        it.app.screen.dismiss(None)
        await it.until(lambda: searches[0].was_stopped and not searches[0].is_running)


async def test_what_is_listed_is_bounded_by_job_and_in_all(tmp_path, monkeypatch):
    monkeypatch.setattr(output_search, "OF_JOB", 5)
    async with opened(scenes.seed(), tmp_path) as it:
        printed(it, "full\n" * 1000)
        await ask(it, "full")
        await it.sees("more lines of it match")
        await it.until(lambda: done(it))
        dialog = it.app.screen
        assert isinstance(dialog, OutputSearchDialog)
        assert [row.number for row in dialog._rows[:6]] == [1, 2, 3, 4, 5, 1]
        assert [row.is_last for row in dialog._rows[:6]] == [False] * 4 + [True, False]
        monkeypatch.setattr(output_search, "MOST", 7)
        await it.press("slash", "l", "enter")
        await it.sees("the first 7 lines of 2 jobs in", "search for what is rarer")
        assert len(dialog._rows) == 7


async def test_nothing_is_found_and_said(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await ask(it, "no such text")
        await it.sees("no line of the last 20 runs matches")
        await it.press("enter")
        assert isinstance(it.app.screen, OutputSearchDialog)
        await it.press("slash", *"waiting", "enter")
        await it.press("slash", "home", "ctrl+k", *"waiting", "enter")
        await it.sees("waiting for the instance", "4 lines of 4 jobs in 4 runs")


async def test_hostile_output_is_shown_as_text(tmp_path):
    async with opened(scenes.seed(), tmp_path, size=(60, 20)) as it:
        printed(it, "[@click=app.quit]full[/] \x1b]52;c;x\x07 \u202e 漢字" + "x" * 100_000 + "\n")
        await ask(it, "full")
        await it.sees("[@click=app.quit]full[/]")
        await it.until(lambda: done(it))
        dialog = it.app.screen
        assert isinstance(dialog, OutputSearchDialog)
        row = dialog._rows[0]
        assert len(row.before + row.match + row.behind) < 1000
        assert row.behind.startswith("[/] \\x1b]52;c;x\\x07 \\u202e 漢字")
        assert dialog.query_one(LineList).has_focus


async def test_lines_for_which_a_pattern_takes_for_ever_are_left_out_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("octotui.ui.log.lines.patterns.PATIENCE", 0.0)
    async with opened(scenes.seed(), tmp_path) as it:
        await ask(it, "(?:o|oo|i)+$")
        await it.sees("no line of the last 20 runs matches", "left out: the pattern takes too long there")
