"""Going to errors, lines and times."""

import time
from pathlib import Path

import pytest

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDERR
from octotui.store.logs.log_writer import LogWriter
from tests.ui.log_screen import Screen, done, numbered


async def test_errors_warnings_and_stderr_are_gone_to(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 40), 1.0)
        log.append(b"out of memory\nreally\n", 1.0, (), STDERR)
        log.append(numbered(42, 100), 1.0)
        log.append(b"a warning\n", 1.0, (LevelChange(0, "warning"), LevelChange(10, "default")))
        log.append(numbered(101, 200), 1.0)
    async with app.run_test(size=(60, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("g", "e")
        assert app.view.suffix == "line 41 of 200"
        assert ">out of memory" in app.rows
        await pilot.press("e")
        assert app.view.suffix == "line 101 of 200"
        await pilot.press("e")
        assert app.view.suffix == "line 41 of 200"
        assert [*app._notifications][-1].message == "from the top again"
        await pilot.press("E")
        assert [*app._notifications][-1].message == "from the end again"
        await pilot.press("G", "E")
        assert ">a warning" in app.rows
        await pilot.press("E")
        assert app.view.suffix == "line 41 of 200"
        app.view.filter("line|warning")
        await done(app, pilot)
        await pilot.press("g", "e")
        assert app.view.suffix.endswith("line 101 of 200")


async def test_errors_are_found_by_what_lines_say_where_stderr_is_not_told_apart(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(b"a warning\n", 1.0, (LevelChange(0, "warning"), LevelChange(10, "default")))
        log.append(numbered(1, 40), 1.0)
        log.append(b"pg_dump: error: query failed\n", 1.0)
        log.append(numbered(41, 80), 1.0)
        log.append(b"\x1b[31mERROR\x1b[0m:  relation is missing\n", 1.0)
        log.append(numbered(81, 100), 1.0)
    async with app.run_test(size=(60, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("E")
        assert app.view.suffix == "line 81 of 100"
        await pilot.press("E")
        assert ">pg_dump: error: query failed" in app.rows
        await pilot.press("E")
        assert ">a warning" in app.rows
        await pilot.press("e", "e")
        assert app.view.suffix == "line 81 of 100"
        with LogWriter(tmp_path / "log") as log:
            log.append(b"KeyError: 'x'\n", 2.0)
        app.view.tick()
        await pilot.press("e")
        assert ">KeyError: 'x'" in app.rows


async def test_a_long_output_is_looked_through_beside_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octotui.ui.log.jumping.AT_ONCE", -1.0)
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 60_000), 1.0)
        log.append(b"FATAL: out of disk\n", 1.0)
        log.append(numbered(0, 60_000), 1.0)
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("e")
        await done(app, pilot)
        assert app.view.suffix == "line 60,001 of 120,001"


async def test_a_log_without_errors_says_how_stderr_is_told_apart(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 40), 1.0)
    async with app.run_test(size=(60, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("e")
        assert "stderr is told apart by [engine] stderr" in [*app._notifications][-1].message
        assert app.view.following


async def test_a_line_and_a_time_are_gone_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        for hour in range(30):
            log.append(numbered(hour * 10, hour * 10 + 10), hour * 3600.0 + 7200)
    async with app.run_test(size=(60, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", live=False)
        for text, line in (
            ("120", 120),
            ("50%", 150),
            ("04:00", 21),
            ("1970-01-02 01:30", 241),
            ("1:00", 231),
        ):
            await pilot.press("number_sign")
            await pilot.pause()
            await pilot.press(*text, "enter")
            await pilot.pause()
            assert app.view.suffix == f"line {line:,} of 300", text
        await pilot.press("number_sign")
        await pilot.pause()
        await pilot.press(*"noon", "enter")
        await pilot.pause()
        assert "is no line, such as 1200" in [*app._notifications][-1].message
    monkeypatch.undo()
    time.tzset()
