"""Asking for the output of all jobs."""

from pathlib import Path

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines.merged_lines import MergedLines, NamedLog
from octotui.ui.log.lines.step_lines import StepLines
from octotui.ui.log.view import LogView
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.settings.keymap import Keymap
from tests.ui.log_screen import Screen, done, look_for, numbered


async def test_all_jobs_are_asked_for_where_there_is_who_answers(tmp_path: Path) -> None:
    asked: list[str] = []

    class Answering(Screen):
        def on_log_view_jobs_wanted(self, event: LogView.JobsWanted) -> None:
            asked.append(event.mode)

    app = Answering()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 5), 1.0)
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        assert "only the output of one job" in app.view.why_not("merge", ())
        await pilot.press("M", "z")
        app.view.can_merge = True
        await pilot.press("M", "z")
        await pilot.pause()
        assert asked == ["time", "step"]


async def test_r12_the_way_back_to_one_job_is_told_with_its_present_key(tmp_path: Path) -> None:
    """Where jobs are folded, that key merges them first; no help of a pane names a key."""
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 5), 1.0)
    merged = MergedLines([NamedLog("Copy", tmp_path / "log")])
    async with app.run_test(size=(60, 10)):
        app.keymap = Keymap({"output.all_jobs": ("f6",)})
        for lines, told in ((merged, "one job alone: f6 shows it"), (StepLines(merged), "alone: f6 twice")):
            app.view.show_lines(told, lambda lines=lines: lines, live=False)
            assert told in app.view.why_not("verbose", ())
    assert "`" not in OutputPanel.HELP


async def test_names_stand_in_the_gutter_and_are_not_copied(tmp_path: Path) -> None:
    """Copied lines have no names, saved ones have them; a narrow view cuts the names."""
    app = Screen()
    for at, name in enumerate(("Copy", "Check all of it")):
        with LogWriter(tmp_path / name) as log:
            log.append(f"from {name}\n".encode(), float(at))
    logs = [NamedLog(name, tmp_path / name) for name in ("Copy", "Check all of it")]
    async with app.run_test(size=(80, 10)) as pilot:
        app.view.show_lines("all", lambda: MergedLines(logs), live=False)
        await pilot.press("g")
        assert app.rows[:2] == [f">{'Copy':15} from Copy", " Check all of it from Check all of it"]
        await pilot.press("m", "j", "y")
        await done(app, pilot)
        assert app.clipboard == "from Copy\nfrom Check all of it"
        assert [*app.view._shown().texts()] == [
            ["Copy | from Copy", "Check all of it | from Check all of it"]
        ]
        await look_for(app, pilot, "check")
        assert app.view.suffix == "/check 1/1 · line 2 of 2"
        await pilot.resize_terminal(32, 10)
        assert app.rows[1] == ">Check … from Check all of it"
