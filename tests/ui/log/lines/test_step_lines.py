"""Several logs, one after the other, folded."""

from pathlib import Path

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines.merged_lines import MergedLines, NamedLog
from octotui.ui.log.lines.search import Search
from octotui.ui.log.lines.step_lines import StepLines


def test_jobs_are_folded_and_unfolded(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "a") as one, LogWriter(tmp_path / "b") as two:
        one.append(b"a1\n", 1.0)
        two.append(b"b1\nbad\n", 2.0, (LevelChange(3, "error"),))
        one.append(b"a2\n", 3.0)
    lines = StepLines(MergedLines([NamedLog(name, tmp_path / name) for name in ("a", "b", "none")]))
    assert lines.lines(0, 9) == ["+ a: 2 lines", "+ b: 2 lines"]
    assert lines.problem(0, 1) is None
    assert lines.toggle(1) == 1
    assert lines.lines(0, 9) == ["+ a: 2 lines", "- b: 2 lines", "b1", "bad"]
    assert (lines.lines(2, 3), lines.lines(0, 2)) == (["b1"], ["+ a: 2 lines", "- b: 2 lines"])
    assert [lines.level(at) for at in range(4)] == ["highlight", "highlight", "default", "error"]
    assert [lines.time_of(at) for at in (0, 1, 3)] == [1.0, 2.0, 2.0]
    assert [lines.line_at(at) for at in (0.0, 1.5, 9.0)] == [0, 1, 3]
    assert (lines.problem(0, 1), lines.problem(3, 1), lines.problem(3, -1)) == (3, None, None)
    assert (lines.problem(-1, 1), lines.problem(lines.count, -1)) == (3, 3)
    lines.unfold()
    search = Search("1|2", lines)
    for _ in search.run():
        pass
    assert lines.lines(0, 9) == ["- a: 2 lines", "a1", "a2", "- b: 2 lines", "b1", "bad"]
    assert list(search.hits) == [1, 2, 4]
    assert lines.toggle(2) == 0
    assert lines.count == 4
    assert not lines.refresh()
    lines.close()


def test_nothing_is_folded_where_there_is_nothing(tmp_path: Path) -> None:
    lines = StepLines(MergedLines([NamedLog("none", tmp_path / "none")]))
    assert (lines.count, lines.toggle(0), lines.lines(0, 9)) == (0, 0, [])
