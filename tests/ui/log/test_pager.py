"""Following and reading a log."""

import time
from pathlib import Path

import pytest
from textual.events import MouseScrollDown

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDERR
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.styled_text import tints_of
from tests.ui.log_screen import Screen, grow, look_for, numbered, searched


async def test_s10_follows_until_the_reader_scrolls_up_and_again_on_g(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    async with app.run_test(size=(40, 10)) as pilot:
        with LogWriter(path) as log:
            app.view.show(path, "run-1")
            await pilot.pause()
            assert app.rows[0] == " no output yet"
            await grow(app, pilot, log, 0, 100)
            assert (app.rows[0], app.rows[-1], app.view.suffix) == (" line 90", ">line 99", "following")
            await pilot.press("k")
            stays = app.rows
            assert stays[0] == ">line 89"
            for first in range(100, 400, 60):
                await grow(app, pilot, log, first, first + 60)
                assert app.rows == stays
            assert app.view.suffix == "line 90 of 400"
            for key in ("G", "end"):
                await pilot.press("pageup", key)
                assert (app.rows[-1], app.view.suffix) == (">line 399", "following")
            await grow(app, pilot, log, 400, 401)
            assert app.rows[-1] == ">line 400"
            assert app.suffixes[-1] == "following"


async def test_moves_by_keys(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(numbered(0, 100), 1.0)
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.show(path, live=False)
        for keys, top in [
            ("g", 0),
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("pagedown", 10),
            ("ctrl+d", 15),
            ("ctrl+u", 10),
            ("pageup", 1),
            ("up", 0),
            ("up", 0),
            ("G", 90),
            ("j", 90),
            ("home", 0),
        ]:
            await pilot.press(keys)
            assert app.rows[0].strip(" >") == f"line {top}", keys
        app.view.vertical_scrollbar.action_scroll_down()
        await pilot.pause()
        assert app.rows[0] == ">line 10"
        app.view.post_message(MouseScrollDown(app.view, 1, 1, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert (app.rows[0], app.view.suffix) == (">line 13", "line 14 of 100")
        assert app.view.scroll_offset.y == 13


async def test_colours_progress_and_control_characters(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(
            b"\x1b[1;32mok\x1b[0m \x1b]0;title\x07then\x1b[2J\n1%\r50%\r100%\n\xff\xfe bytes\a\na\tb", 1.0
        )
    async with app.run_test(size=(40, 6)):
        app.view.show(path)
        assert app.rows == [
            " ok \\x1b]0;title\\x07then",
            " 100%",
            " \ufffd\ufffd bytes\\x07",
            ">a       b",
            "",
            "",
        ]
        ok = next(piece for piece in app.view.render_line(0) if piece.text == "ok")
        assert ok.style is not None
        assert ok.style.bold
        assert ok.style.color is not None
        assert ok.style.color.number == 2


async def test_progress_without_a_newline_shows_its_last_state(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    async with app.run_test(size=(40, 6)):
        with LogWriter(path) as log:
            app.view.show(path)
            for percent in (1, 50, 100):
                log.append(b"\r%d%%" % percent, 1.0)
                app.view.tick()
                assert app.rows[0] == f">{percent}%"


async def test_a_huge_line(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(b"before\n" + b"0123456789" * 100_000, 1.0)
    async with app.run_test(size=(41, 10)) as pilot:
        app.view.show(path)
        assert app.rows[1] == ">" + "0123456789" * 3 + "01234567>"
        await pilot.press("right")
        assert app.rows[1].startswith(">89012345")
        await pilot.press("S")
        await pilot.pause()
        assert app.view.suffix == "wrapped · following"
        assert app.rows[-1].endswith("…")
        await pilot.press("pageup", "k")
        assert app.rows[0] == ">" + ("0123456789" * 9999)[(64 * 1024 // 39 - 19) * 39 :][:39]
        await pilot.press("g")
        assert app.rows[:2] == [">before", " 012345678901234567890123456789012345678"]


async def test_wraps_and_keeps_its_place(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(b"".join(b"%03d " % number + b"x" * 56 + b"\n" for number in range(100)), 1.0)
        async with app.run_test(size=(32, 10)) as pilot:
            app.view.show(path)
            await pilot.press("S")
            await pilot.pause()
            starts = [row for row in app.rows if "0" in row]
            assert starts[-2:] == [" 098 " + "x" * 26, ">099 " + "x" * 26]
            assert len(starts) == 5
            await pilot.press("k", "k", "k")
            stays = app.rows
            await grow(app, pilot, log, 0, 50)
            assert app.rows == stays
            await pilot.press("S", "S", "g", "j")
            assert app.rows[0].startswith(">xxx")
            assert app.view.suffix == "wrapped · line 1 of 150"
            await pilot.resize_terminal(22, 10)
            assert app.rows[0].startswith(">xxx")
            await pilot.press("G")
            assert app.rows[-1] == ">line 49"


async def test_sideways_and_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(b"0123456789abcdef\n", 3600.0)
        log.append("漢字漢字漢字漢字漢字\n".encode(), 7261.0)
    async with app.run_test(size=(16, 5)) as pilot:
        app.view.show(path)
        await pilot.press("right")
        assert app.rows[:2] == [" 6789abcdef", ">字漢字漢字漢字"]
        await pilot.press("left", "left", "left", "d")
        assert app.rows[:2] == [" 01:00:00 0123>", ">02:01:01 漢字>"]
        await pilot.press("S", "g")
        assert app.rows[:4] == [">01:00:00 01234", *(f">{' ' * 9}{rest}" for rest in ("56789", "abcde", "f"))]
    monkeypatch.undo()
    time.tzset()


async def test_copies_clean_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(
            b"".join(b"\x1b[3%dmline\x1b[0m\t%d\n" % (number % 8, number) for number in range(50)), 1.0
        )
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.show(path)
        await pilot.press("d", "y")
        assert app.clipboard == "line    49"
        assert app.view.following
        await pilot.press("g", "m", "j", "j")
        assert app.view.suffix == "3 selected · line 3 of 50"
        assert [row[0] for row in app.rows[:4]] == ["|", "|", "|", " "]
        await pilot.press("y")
        assert app.clipboard == "line    0\nline    1\nline    2"
        assert [note.message for note in app._notifications] == [
            "Sent 1 line to the terminal (OSC 52)",
            "Sent 3 lines to the terminal (OSC 52)",
        ]
        assert app.view.suffix == "line 3 of 50"
        await pilot.press("shift+down", "shift+down", "shift+up", "G")
        assert app.view.suffix == "48 selected · line 50 of 50"
        await pilot.press("escape")
        assert (app.view.suffix, app.backs) == ("line 50 of 50", 0)
        await pilot.press("escape")
        assert app.backs == 1


async def test_too_many_lines_are_not_copied(tmp_path: Path) -> None:
    app, path = Screen(), tmp_path / "log"
    with LogWriter(path) as log:
        log.append(b"x\n" * 10_001, 1.0)
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(path)
        await pilot.press("g", "m", "G", "y")
        assert app.clipboard == ""
        assert "10,001 lines are too many" in next(iter(app._notifications)).message


def leveled(path: Path) -> None:
    """Twenty lines, every second one for who asks for details; the last is a warning."""
    with LogWriter(path) as log:
        for number in range(20):
            level = "warning" if number == 19 else "verbose" if number % 2 else "default"
            log.append(f"line {number}\n".encode(), 1.0, (LevelChange(0, level),))


async def test_v7_levels_have_their_colours(tmp_path: Path) -> None:
    app = Screen()
    leveled(tmp_path / "log")
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.pause()
        found = {row.text.strip(" >"): row for row in map(app.view.render_line, range(10))}
        tints = tints_of(app.view)
        for text, level in (("line 18", "default"), ("line 17", "verbose"), ("line 19", "warning")):
            style = next(piece.style for piece in found[text] if piece.text.startswith("line"))
            assert style is not None
            assert style.color == (tints[level].color or app.view.rich_style.color)
        assert len({str(tint) for tint in tints.values()}) == 5


async def test_v7_what_is_for_details_can_be_left_out(tmp_path: Path) -> None:
    app = Screen()
    leveled(tmp_path / "log")
    async with app.run_test(size=(40, 6)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("g", "V")
        assert [row.strip(" >") for row in app.rows] == [f"line {number}" for number in range(0, 12, 2)]
        assert app.view.suffix == "brief · line 1 of 11"
        await pilot.press("j", "j", "V")
        assert app.rows[0] == ">line 4"
        assert app.view.suffix == "line 5 of 20"
        await pilot.press("V", "G")
        assert [row.strip(" >") for row in app.rows[-2:]] == ["line 18", "line 19"]
        await pilot.press("shift+up", "y")
        assert app.clipboard == "line 18\nline 19"
        await look_for(app, pilot, "line 1")
        assert "/6 · brief · " in app.view.suffix
        await pilot.press("V")
        await searched(app, pilot)
        assert "/11 · line " in app.view.suffix


async def test_s9_lines_of_stderr_have_a_sign_and_a_style(tmp_path: Path) -> None:
    """S9: also where there are neither colours nor italics; the level is seen as well."""
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(b"out\n", 1.0)
        log.append(b"error\nlater\n", 1.0, (LevelChange(6, "verbose"),), STDERR)
        log.append(b"end\n", 1.0)
    async with app.run_test(size=(40, 6)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("g")
        rows = [app.view.render_line(row) for row in range(4)]
        assert [row.text.rstrip() for row in rows] == [">out", "!error", "!later", " end"]
        texts = [list(row)[-2].style for row in rows]
        assert [style is not None and bool(style.italic) for style in texts] == [False, True, True, False]
        assert texts[2] is not None
        assert texts[2].color == tints_of(app.view)["verbose"].color
