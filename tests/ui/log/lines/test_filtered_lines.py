"""The lines that a filter leaves."""

from pathlib import Path
from random import Random

import pytest

from octotui.ui.log.lines.filtered_lines import FilteredLines
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.search import Search


@pytest.mark.parametrize("seed", range(6))
def test_it_follows_a_growing_search(tmp_path: Path, seed: int) -> None:
    """Whatever is found in between, it is as if all had been found at once."""
    chance, path = Random(seed), tmp_path / "log"
    path.touch()
    lines = JobLines(path)
    around = chance.choice([0, 1, 3])
    search = Search("hit", lines)
    left = FilteredLines(search, around)
    texts: list[str] = []
    for _ in range(30):
        texts += [chance.choice(["hit", "miss", "miss", "miss"]) for _ in range(chance.randrange(6))]
        path.write_text("\n".join(texts) + chance.choice(["", "\n"]) * (len(texts) > 0))
        lines = search._lines = JobLines(path)  # type: ignore[assignment]
        for _ in search.run():
            pass
        left.update(lines.count)
        hits = [number for number, text in enumerate(texts) if text == "hit"]
        wanted = sorted(
            {at for hit in hits for at in range(hit - around, hit + around + 1)} & {*range(len(texts))}
        )
        assert [left.line(number) for number in range(left.count)] == wanted
        for line in range(len(texts)):
            assert left.holds(line) == (line in wanted)
            assert left.place(line) == len([each for each in wanted if each < line])


def test_hidden_lines_are_not_left_around(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a\nhit\nb\n")
    search = Search("hit", JobLines(tmp_path / "log"))
    list(search.run())
    left = FilteredLines(search, 1)
    left.update(3, lambda line: line == 0)
    assert [left.line(number) for number in range(left.count)] == [1, 2]
    assert FilteredLines(search, 5000).around == 100
