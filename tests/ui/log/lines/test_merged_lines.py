"""Several logs as one."""

from pathlib import Path
from random import Random

import pytest

from octotui.store.logs import log_reader
from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDERR
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines import merged_lines
from octotui.ui.log.lines.merged_lines import OPEN_AT_MOST, MergedLines, NamedLog
from octotui.ui.log.lines.patterns import Pattern
from octotui.ui.log.lines.search import Search


def logs(folder: Path, *names: str) -> list[NamedLog]:
    return [NamedLog(name, folder / name, is_live=True) for name in names]


def test_lines_come_in_the_order_of_their_times_with_names(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "a") as one, LogWriter(tmp_path / "b\x07") as two:
        one.append(b"a1\na2\n", 1.0)
        two.append(b"b1\n", 2.0)
        one.append(b"a3\n", 3.0, (LevelChange(0, "error"), LevelChange(3, "default")))
        two.append(b"b2\nb3\n", 4.0, (), STDERR)
    lines = MergedLines(logs(tmp_path, "a", "b\x07", "none"))
    assert lines.lines(0, 99) == ["a1", "a2", "b1", "a3", "b2", "b3"]
    assert [lines.lines(at, at + 1) for at in (2, 5)] == [["b1"], ["b3"]]
    assert [lines.name_of(at) for at in (0, 2, 3)] == ["a", "b\\x07", "a"]
    assert [lines.time_of(at) for at in range(6)] == [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]
    assert [lines.line_at(at) for at in (0.0, 2.0, 2.5, 9.0)] == [0, 2, 3, 5]
    assert [lines.level(at) for at in (2, 3)] == ["default", "error"]
    assert [lines.is_stderr(at) for at in (3, 4)] == [False, True]
    assert [lines.problem(at, 1) for at in (0, 3, 4)] == [3, 4, None]
    assert [lines.problem(at, -1) for at in (5, 4, 3)] == [4, 3, None]
    assert lines.name_width == len("b\\x07")
    lines.close()


@pytest.mark.parametrize("seed", range(8))
def test_s10_what_is_appended_comes_at_the_end_and_is_found(tmp_path: Path, seed: int, monkeypatch) -> None:
    """No line changes its number; few files are open; a search finds what each line says."""
    monkeypatch.setattr(merged_lines, "OPEN_AT_MOST", 2)
    chance, names = Random(seed), [f"job-{number}" for number in range(5)]
    writers = {name: LogWriter(tmp_path / name) for name in names}
    lines = MergedLines(logs(tmp_path, *names[:3]))
    search = Search("hit", lines)
    shown: list[str] = []
    for at in range(40):
        name = chance.choice(names)
        text = "".join(f"{name} {at} {chance.choice(['hit', 'miss'])}\n" for _ in range(chance.randrange(3)))
        writers[name].append((text + chance.choice(["", "", "begun"])).encode() or b"\n", float(at))
        if at == 20:
            lines.extend(logs(tmp_path, *names))
        for _ in names:
            lines.refresh()
        now = lines.lines(0, lines.count)
        assert len(now) == lines.count
        finished = [line for line in shown if not line.endswith("begun")]
        assert [
            line for line, before in zip(now, shown, strict=False) if not before.endswith("begun")
        ] == finished
        shown = now
        for _ in search.run():
            pass
        assert list(search.hits) == [number for number, line in enumerate(now) if "hit" in line]
        assert len(lines._open) <= 2
    for part in lines.parts:
        for line in range(part.taken):
            assert lines._at(part.number(line)) == (part, line)
            assert part.line_from(part.number(line)) == line
    for writer in writers.values():
        writer.close()


def test_a_log_that_is_gone_leaves_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a\nb\n")
    lines = MergedLines(logs(tmp_path, "a"))
    (tmp_path / "a").write_bytes(b"")
    assert lines.lines(0, 2) == ["", ""]
    assert [each for scan in lines.scans(Pattern("a")) for each in scan.run()] == []


def test_the_last_line_of_a_failed_job_is_a_problem_among_those_of_others(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"fine\nthe end\n")
    one, two = (NamedLog(name, tmp_path / name, has_failed=name == "b") for name in ("a", "b"))
    lines = MergedLines([one, two])
    assert [lines.problem(-1, 1), lines.problem(3, 1), lines.problem(4, -1)] == [3, None, 3]
    lines.extend([one._replace(has_failed=True), two])
    assert lines.problem(-1, 1) == 1


def many(folder: Path, count: int) -> list[NamedLog]:
    """Logs of a line each, the last one printed first."""
    found = logs(folder, *(f"job-{number}" for number in range(count)))
    for number, log in enumerate(found):
        with LogWriter(log.path) as writer:
            writer.append(f"line of {number}\n".encode(), 1000.0 - number)
    return found


def test_s10_the_last_lines_of_a_log_that_ended_are_taken(tmp_path: Path) -> None:
    found = many(tmp_path, OPEN_AT_MOST + 1)
    lines = MergedLines(found)
    with LogWriter(found[3].path) as writer:
        writer.append(b"last line\n", 2000.0)
    lines.extend([log._replace(is_live=log is not found[3]) for log in found])
    lines.refresh()
    assert lines.lines(lines.count - 1, lines.count) == ["last line"]
    lines.close()


def test_s10_few_files_of_many_logs_are_open(tmp_path: Path, monkeypatch) -> None:
    """Reading them opens one after the other; they stay in the order of their times."""
    found = many(tmp_path, 200)
    counts = [len([*Path("/dev/fd").iterdir()])]
    opened = log_reader._opened

    def counted(path: Path) -> int | None:
        counts.append(len([*Path("/dev/fd").iterdir()]))
        return opened(path)

    monkeypatch.setattr(log_reader, "_opened", counted)
    lines = MergedLines(found)
    lines.extend(many(tmp_path / "more", 100))
    lines.refresh()
    assert lines.lines(0, 200) == [f"line of {number}" for number in reversed(range(200))]
    assert lines.count == 300
    assert counts[0] + OPEN_AT_MOST < max(counts) <= counts[0] + 2 * (OPEN_AT_MOST + 1)  # log and index
    lines.close()
