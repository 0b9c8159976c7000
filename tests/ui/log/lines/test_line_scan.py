"""Finding matching lines block by block."""

import random
from pathlib import Path

import pytest

from octotui.store.logs.log_reader import LogReader
from octotui.ui.log.lines import line_scan
from octotui.ui.log.lines.line_scan import LineScan
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.text.log_text import plain

PIECES = (
    *("error", "Err", "or", "disk", "k", "s", "e", "x07", "u202e", "file 17", " ", "\t", "a", "\\x0"),
    *("\x1b[31m", "\x1b[0m", "\x1b", "\b", "\r", "\x07", "\x0e", "\u202e", "\u212a", "\u017f", "é", "\x1b(B"),
    *("\x1b]8;;https://error/\x07", "\x1b]8;;\x07", "\x1b[", "\x1b[0error"),
)
PATTERNS = (
    *("error", "Error", "disk", "x07", "0error", "e", "u202e", "a b", "file 1[0-9]", "err.r", "^error", "s$"),
    *("error|disk", "(k)", "er+or", "k*disk", r"\bdisk", r"\\x0", "e{2}", "é", "(", "files?", "x0e", "ı"),
)


def naive(path: Path, pattern: Pattern) -> list[int]:
    with LogReader(path) as log:
        return [at for at, line in enumerate(log.lines(0, log.line_count)) if pattern.found(plain(line))]


@pytest.mark.parametrize("seed", range(24))
def test_s10_it_finds_what_the_pattern_finds_in_each_line_as_it_is_shown(
    tmp_path: Path, seed, monkeypatch
) -> None:
    """Also where a text comes about by an escape, and where blocks end within lines."""
    chance, path = random.Random(seed), tmp_path / "log"
    monkeypatch.setattr(line_scan, "BLOCK", chance.choice([64, 300, 256 * 1024]))
    lines = [
        "".join(chance.choices(PIECES, k=chance.randrange(8))) for _ in range(chance.choice([1, 40, 400]))
    ]
    if seed % 2:
        lines = [line for line in lines if line.isascii() and line.isprintable()]
    elif seed % 4:
        lines = [line for line in lines if line.isascii() and not {"\b", "\t", "\x07", "\x0e"} & {*line}]
    path.write_bytes("\n".join(lines).encode() + b"\xff\n" * (seed % 3))
    for text in PATTERNS:
        pattern = Pattern(text)
        found = [number for block in LineScan(path, pattern).run() for number in block]
        assert found == naive(path, pattern), text


def test_a_huge_line_is_looked_at_in_its_first_part(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"error\n" + b"x" * 1_000_000 + b"error\n" + b"error" + b"y" * 500_000 + b"\nerror")
    scan = LineScan(path, Pattern("error"))
    assert [number for block in scan.run() for number in block] == [0, 2, 3]
    assert scan.unfinished == 3


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log"
    scan = LineScan(path, Pattern("error"))
    assert list(scan.run()) == []
    path.write_bytes(b"error\ner")
    assert list(scan.run()) == [[0], []]
    assert scan.unfinished == 1
    with path.open("ab") as log:
        log.write(b"ror\nerror\n")
    assert list(scan.run(len(b"error\nerror\n"))) == [[1]]
    assert list(scan.run()) == [[2]]
    assert scan.unfinished is None


@pytest.mark.parametrize("colour", ["", "\x1b[0m"])
def test_s10_a_line_matches_by_what_is_left_of_it_at_its_end(tmp_path: Path, colour: str) -> None:
    """What a progress bar has written over is not shown, and not found."""
    path = tmp_path / "log"
    path.write_bytes(f"error{colour}\rok\nno error\r\nok\r{colour}error\n".encode())
    assert [number for block in LineScan(path, Pattern("error")).run() for number in block] == [1, 2]


@pytest.mark.parametrize("count", [3, 1000])
def test_s10_coloured_lines_are_found_be_they_few_or_many(tmp_path: Path, count: int) -> None:
    """Also where the colour changes within the text; what is part of a sequence is not found."""
    path = tmp_path / "log"
    lines = ("\x1b[1mE\x1b[0;31mrro\x1b[0mr\x1b[0m", "\x1b[38;5;17m17\x1b[0m", "\x1b[17m1\x1b[0m8", "nothing")
    path.write_bytes("".join(f"{line}\n" for line in lines * count).encode())

    def found(text: str) -> list[int]:
        return [number for block in LineScan(path, Pattern(text)).run() for number in block]

    assert found("error") == [*range(0, 4 * count, 4)]
    assert found("17") == [*range(1, 4 * count, 4)]
    assert found("18") == [*range(2, 4 * count, 4)]
    assert found("o") == sorted([*range(0, 4 * count, 4), *range(3, 4 * count, 4)])
    assert found("7m") == []
