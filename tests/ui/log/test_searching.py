"""Searching a log."""

import asyncio
import time
from pathlib import Path

from octotui.store.logs.log_writer import LogWriter
from tests.ui.log_screen import Screen, grow, look_for, numbered, searched


async def test_nothing_to_show(tmp_path: Path) -> None:
    app = Screen()
    async with app.run_test(size=(40, 5)) as pilot:
        assert app.rows == [" no output", "", "", "", ""]
        app.view.show(tmp_path / "missing")
        assert app.rows[0] == " no output yet"
        await pilot.press(
            "j", "k", "G", "g", "S", "d", "y", "m", "n", "left", "right", "pagedown", "shift+down"
        )
        app.view.show(tmp_path / "missing", live=False)
        assert (app.rows[0], app.view.suffix, app.clipboard) == (" no output", "", "")
        (tmp_path / "empty").touch()
        app.view.show(tmp_path / "empty", live=False)
        await look_for(app, pilot, "x")
        assert (app.rows[0], app.view.suffix) == (" no output", "/x not found")
        app.view.show(None)
        assert (app.rows[0], app.view.suffix) == (" no output", "")


async def test_searches_with_a_count(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(numbered(0, 500), 1.0)
        async with app.run_test(size=(60, 10)) as pilot:
            app.view.show(path)
            await pilot.press("g")
            await look_for(app, pilot, "7$")
            assert app.view.suffix == "/7$ 1/50 · line 8 of 500"
            await pilot.press("n", "n")
            assert app.view.suffix == "/7$ 3/50 · line 28 of 500"
            assert ">line 27" in app.rows
            await pilot.press("N", "N", "N")
            assert app.view.suffix == "/7$ 50/50 · line 498 of 500"
            await grow(app, pilot, log, 500, 518)
            await searched(app, pilot)
            assert app.view.suffix == "/7$ 50/52 · line 498 of 518"
            await look_for(app, pilot, "line (4")
            assert app.view.suffix == "/line (4 not found · line 498 of 518"
            await pilot.press("slash")
            await pilot.pause()
            await pilot.press("x", "escape")
            assert app.view.suffix.startswith("/line (4 ")
            await pilot.press("escape")
            assert app.view.suffix == "line 498 of 518"


async def test_a_million_lines(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        for first in range(0, 1_000_000, 5000):
            log.append(numbered(first, first + 5000), 1.0)
    async with app.run_test(size=(60, 20)) as pilot:
        began = time.process_time()
        app.view.show(path)
        await pilot.pause()
        assert app.rows[-1] == ">line 999999"
        await pilot.press("g")
        assert app.rows[0] == ">line 0"
        await pilot.press("G")
        assert app.rows[-1] == ">line 999999"
        assert time.process_time() - began < 1
        began = time.process_time()
        app.view.search("line 5")  # is given up for the next
        app.view.search("line 99999")
        assert app.view.suffix.startswith("/line 99999 0…")
        app.view.action_first()  # while it searches
        app.view.action_rows(1)
        await asyncio.sleep(0)
        assert app.rows[0] == ">line 1"
        assert time.process_time() - began < 0.5
        await searched(app, pilot)
        assert app.view.suffix == "/line 99999 11 · line 2 of 1,000,000"
        await pilot.press("n")
        assert app.view.suffix == "/line 99999 1/11 · line 100,000 of 1,000,000"


async def test_another_log_begins_at_its_end(tmp_path: Path) -> None:
    app = Screen()
    for name in ("one", "two"):
        with LogWriter(tmp_path / name) as log:
            log.append(name.encode() + b"\n" + numbered(0, 60), 1.0)
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(tmp_path / "one", "first")
        await pilot.press("g")
        app.view.show(tmp_path / "one", "still", live=False)
        assert (app.rows[0], app.view.title) == (">one", "still")
        await look_for(app, pilot, "line")
        app.view.show(tmp_path / "two")
        assert (app.rows[-1], app.view.suffix) == (">line 59", "following")
        await pilot.press("g")
        assert app.rows[0] == ">two"
