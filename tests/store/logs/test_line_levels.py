"""How the lines of a log are meant."""

from pathlib import Path
from random import Random

from octotui.store.logs.line_levels import HIDDEN, LEVELS, LevelChange, LevelReader, levels_path
from octotui.store.logs.log_writer import LogWriter


def levels(path: Path, count: int) -> list[str]:
    reader = LevelReader(path)
    reader.refresh()
    return [reader.of(line) for line in range(count)]


def test_a_log_without_levels_has_no_file_for_them(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "a.log") as log:
        log.append(b"one\ntwo\n", 1.0)
    assert not levels_path(tmp_path / "a.log").exists()
    assert levels(tmp_path / "a.log", 2) == ["default", "default"]


def test_lines_have_the_level_that_holds_where_they_begin(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "a.log") as log:
        log.append(b"one\ntwo\nthree\n", 1.0, (LevelChange(4, "warning"), LevelChange(8, "default")))
        log.append(b"four\n", 2.0)
        log.append(b"five\n", 3.0, (LevelChange(0, "verbose"),))
        log.append(b"six\n", 4.0)
    wanted = ["default", "warning", "default", "default", "verbose", "verbose"]
    assert levels(tmp_path / "a.log", 6) == wanted


def test_the_last_turn_before_a_line_holds(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "a.log") as log:
        log.append(b"x\n", 1.0, (LevelChange(0, "wait"), LevelChange(0, "error"), LevelChange(2, "wait")))
        log.append(b"y\n", 1.0, (LevelChange(0, "highlight"),))
    assert levels(tmp_path / "a.log", 2) == ["error", "highlight"]


def test_a_reader_follows_a_log_that_grows(tmp_path: Path) -> None:
    reader = LevelReader(tmp_path / "a.log")
    assert not reader.refresh()
    with LogWriter(tmp_path / "a.log") as log:
        for number, level in enumerate(LEVELS):
            log.append(b"x\n", 1.0, (LevelChange(0, level),))
            assert reader.refresh()
            assert not reader.refresh()
            assert reader.of(number) == level


def test_lines_that_are_not_for_details_are_numbered_among_themselves(tmp_path: Path) -> None:
    """V7: against counting them one by one."""
    chance = Random(5)
    with LogWriter(tmp_path / "a.log") as log:
        for _ in range(60):
            lines = chance.randrange(4)
            log.append(b"x\n" * lines, 1.0, (LevelChange(0, chance.choice(LEVELS)),) * chance.randrange(2))
        log.append(b"x\n", 1.0, (LevelChange(0, "default"),))
        count = log._line
    reader = LevelReader(tmp_path / "a.log")
    reader.refresh()
    shown = [line for line in range(count) if reader.of(line) not in HIDDEN]
    assert 20 < len(shown) < count
    assert [reader.line_of(number) for number in range(len(shown))] == shown
    assert [line - reader.hidden_before(line) for line in shown] == list(range(len(shown)))
    assert count - reader.hidden_before(count) == len(shown)


def test_where_levels_begin_before_and_after_a_line(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        for level in ("default", "error", "error", "default", "warning", "verbose"):
            log.append(b"line\n", 1.0, (LevelChange(0, level),))
    levels = LevelReader(tmp_path / "log")
    assert levels.start_beside(0, ("error",), 1) is None
    levels.refresh()
    wanted = ("warning", "error")
    assert [levels.start_beside(line, wanted, 1) for line in (0, 1, 2, 4)] == [1, 2, 4, None]
    assert [levels.start_beside(line, wanted, -1) for line in (0, 1, 2, 5)] == [None, None, 1, 4]
