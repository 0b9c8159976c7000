"""Filtering a log to matching lines."""

from pathlib import Path

from textual.pilot import Pilot

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.log_writer import LogWriter
from tests.ui.log_screen import Screen, grow, look_for, numbered, searched


async def filter_to(app: Screen, pilot: Pilot[None], text: str) -> None:
    await pilot.press("ampersand")
    await pilot.pause()
    await pilot.press(*(["ctrl+u"] if app.view._lines.filter else []), *text, "enter")
    await searched(app, pilot)


def bare(app: Screen) -> list[str]:
    return [row.strip(" >") for row in app.rows if row.strip(" >")]


async def test_only_matching_lines_are_left_also_while_the_log_grows(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 500), 1.0)
        async with app.run_test(size=(60, 10)) as pilot:
            app.view.show(tmp_path / "log")
            await filter_to(app, pilot, "99$")
            assert bare(app) == [f"line {number}99" for number in ("", 1, 2, 3, 4)]
            assert app.view.suffix == "&99$ 5/5 · following"
            await grow(app, pilot, log, 500, 1300)
            await searched(app, pilot)
            assert bare(app)[-2:] == ["line 1199", "line 1299"]
            await pilot.press("g", "shift+down", "y")
            await pilot.pause()
            assert app.clipboard == "line 99\nline 199"
            assert app.view.suffix == "&99$ 2/13 · line 200 of 1,300"
            await pilot.press("escape")
            assert app.rows[1].strip(" >") == "line 199" or "line 199" in bare(app)
            assert "&" not in app.view.suffix


async def test_lines_around_are_left_as_well(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 100), 1.0)
        async with app.run_test(size=(60, 12)) as pilot:
            app.view.show(tmp_path / "log")
            await pilot.press("g")
            await filter_to(app, pilot, "-1 line (0|50|51|99)$")
            assert [int(row.split()[1]) for row in bare(app)] == [0, 1, 49, 50, 51, 52, 98, 99]
            await grow(app, pilot, log, 100, 103)
            await searched(app, pilot)
            assert [int(row.split()[1]) for row in bare(app)] == [0, 1, 49, 50, 51, 52, 98, 99, 100]
            await look_for(app, pilot, "line 5")
            assert app.view.suffix.endswith("line 51 of 103")
            await pilot.press("n", "n", "n")
            assert app.view.suffix.endswith("line 51 of 103")


async def test_s10_the_reader_stays_where_the_filter_began(tmp_path: Path) -> None:
    """Also where the lines there are found later than others, and when the filter is dropped."""
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        for first in range(0, 200_000, 5000):
            log.append(numbered(first, first + 5000), 1.0)
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        app.view.go_to("150000")
        await pilot.press("k")
        top = int(app.rows[0].split()[-1])
        await filter_to(app, pilot, "0$")
        await pilot.pause()
        assert 0 <= int(app.rows[0].split()[-1]) - top <= 10
        kept = int(app.rows[0].split()[-1])
        await pilot.press("escape")
        assert app.rows[0].split()[-1] == str(kept)


async def test_what_matches_nothing_is_said(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 100), 1.0)
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await filter_to(app, pilot, "zzz")
        assert app.rows[0].strip() == "no line matches zzz"
        await pilot.press("j", "k", "G", "y", "n", "e", "W", "m")
        assert app.rows[0].strip() == "no line matches zzz"
        await filter_to(app, pilot, "")
        assert bare(app)[-1] == "line 99"
        await pilot.press("escape")
        assert app.backs == 1


async def test_v7_hidden_lines_stay_hidden(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        for number in range(10):
            level = "verbose" if number % 2 else "default"
            log.append(f"line {number}\n".encode(), 1.0, (LevelChange(0, level),))
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await filter_to(app, pilot, "-1 line [56]")
        assert bare(app) == ["line 4", "line 5", "line 6", "line 7"]
        await pilot.press("V")
        await searched(app, pilot)
        assert bare(app) == ["line 6"]
