"""The view of a log: opening one of 1 GB against one of 1 MB, searching it against `grep -c`, and its lines.

A log is opened as the view opens it: its index is looked at, and the last page made of its lines. Then it is
searched for what is rare, and smaller ones, plain and coloured, for what is frequent, as CPU of one process
against that of grep. Coloured lines are made one by one against a loop that only removes their colours, and
as the view makes them while a log grows by as many: those of the pages that are on the screen.
"""

import os
import re
import resource
import statistics
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.line_text import parsed
from octotui.ui.log.line_window import LineWindow
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.search import Search
from tests.ratios import Ratio, in_memory, measure

CHUNK = 64 * 1024
PAGE = 40  # rows of a screen
READ = 64  # lines that are made at once
FRAMES = 10  # in which as many coloured lines are appended
WORDS = b"copied file from disk to archive with status ok queue lease worker finished"
RARE = 5000  # lines of a megabyte or so, one of which fails
SEARCHES = {  # what is searched for, and the options of grep for the same
    "a text that is not there": ("nowhere", ("-i",)),
    "a rare text": ("Error", ()),
    "a rare text in any case": ("error", ("-i",)),
    "a rare expression": (r"Error.*line [0-9]+ done$", ("-E",)),
}
OF_EACH_LINE = {"a text of each line": ("Archive", ())}


def line(number: int, *, coloured: bool) -> bytes:
    text = b"%08d %s in Archive" % (number, WORDS)
    if number % RARE == 0:
        text = b"Error: the disk is full, at line %d" % number
    return b"\x1b[32m%s\x1b[0m \x1b[1mdone\x1b[0m\n" % text if coloured else text + b" done\n"


def log_of(path: Path, megabytes: int, *, coloured: bool = False) -> Path:
    """Write a log of some size, with its index."""
    block = b"".join(line(number, coloured=coloured) for number in range(10_000))
    with LogWriter(path) as log:
        for number in range(max(1, megabytes * 1_000_000 // len(block))):
            for at in range(0, len(block), CHUNK):
                log.append(block[at : at + CHUNK], 1000.0 + number)
    return path


def opened(path: Path) -> LineWindow:
    """Open a log, and make its last page."""
    window = LineWindow(JobLines(path))
    assert len(list(window.page(window.end(PAGE, 0), PAGE, 0))) >= PAGE
    return window


def least(work: Callable[[], object], rounds: int) -> float:
    """The fewest seconds of a call."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def opening(large: Path, small: Path, rounds: int) -> Ratio:
    times = [least(lambda path=path: opened(path).source.close(), rounds) for path in (large, small)]  # type: ignore[misc]
    print(f"opening: {times[0] * 1e3:.2f} ms, the small one {times[1] * 1e3:.2f} ms")
    return Ratio("opening the large log / the small one", times[0] / times[1], most=3)


def grepped(path: Path, pattern: str, options: tuple[str, ...]) -> tuple[int, float]:
    """Count matching lines with grep; return the count and the seconds of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    call = ["grep", "-a", "-c", *options, "-e", pattern, str(path)]
    done = subprocess.run(call, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int(done.stdout), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def searched(path: Path, pattern: str) -> tuple[int, float]:
    """Count matching lines as the view does."""
    began, search = time.process_time(), Search(pattern, JobLines(path))
    for _ in search.run():
        pass
    return len(search.hits), time.process_time() - began


def searching(
    path: Path, rounds: int, kind: str, wanted: Mapping[str, tuple[str, tuple[str, ...]]], bound: float
) -> Iterator[Ratio]:
    for name, (pattern, options) in wanted.items():
        parts = []
        for _ in range(rounds):
            count, took = searched(path, pattern)
            counted, limit = grepped(path, pattern, options)
            if kind == "plain":
                assert count == counted, (name, count, counted)
            parts.append(limit / took if took else 1.0)
        print(f"{kind}, {name}: {count:,} lines, {took:.2f} s, grep {limit:.2f} s")
        yield Ratio(f"grep / search for {name}, {kind}", statistics.median(parts), least=bound)


def memory() -> float:
    """The most MiB that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def making(lines: int, rounds: int) -> Iterator[Ratio]:
    """Coloured lines, made in blocks as the view does, cut for the screen, and removed of colours only."""
    raws = [line(number, coloured=True).decode().rstrip() for number in range(lines)]
    blocks = [raws[first : first + READ] for first in range(0, lines, READ)]
    colours = re.compile(r"\x1b\[[0-9;]*m")
    made = least(lambda: deque(map(parsed, blocks), 0), rounds)
    cut = least(lambda: deque((each.cut(0, 80) for block in blocks for each in parsed(block)), 0), rounds)
    bare = least(lambda: deque((colours.sub("", raw) for raw in raws), 0), rounds)
    rates = (f"{name}: {lines / took:,.0f}" for name, took in (("made", made), ("cut", cut), ("bare", bare)))
    print("coloured lines a second:", ", ".join(rates))
    yield Ratio("coloured lines made / their colours removed", made / bare, most=3)
    yield Ratio("coloured lines made and cut / their colours removed", cut / bare, most=30)


def following(path: Path, lines: int) -> Ratio:
    """Pages of a log that grows by coloured lines, as the view draws them."""
    chunk = b"".join(line(number, coloured=True) for number in range(lines // FRAMES))
    window, took = LineWindow(JobLines(path)), 0.0
    with LogWriter(path) as log:
        for frame in range(FRAMES):
            for at in range(0, len(chunk), CHUNK):
                log.append(chunk[at : at + CHUNK], 1000.0 + frame)
            began = time.process_time()
            window.refresh()
            assert list(window.page(window.end(PAGE, 0), PAGE, 0))
            took += time.process_time() - began
    print(f"following {lines:,} coloured lines: {took * 1e3:.1f} ms, {lines / took:,.0f} lines a second")
    return Ratio("a million lines a second / lines followed", took / lines * 1e6, most=1)


def main(megabytes: int = 1000, lines: int = 1_000_000, rounds: int = 5) -> Iterator[Ratio]:
    """Open, search, and make lines."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        small, large = log_of(Path(folder) / "small", 1), log_of(Path(folder) / "large", megabytes)
        before = memory()
        yield opening(large, small, rounds * 3)
        yield from searching(large, rounds, "plain", SEARCHES, 0.3)
        print(f"+{memory() - before:.1f} MiB of memory")
        yield Ratio("memory of the view / 150 MiB", (memory() - before) / 150, most=1)
        large.unlink()
        frequent = log_of(Path(folder) / "frequent", max(1, megabytes // 5))
        yield from searching(frequent, rounds, "plain", OF_EACH_LINE, 0.12)
        coloured = log_of(Path(folder) / "coloured", max(1, megabytes // 5), coloured=True)
        yield from searching(coloured, rounds, "coloured", SEARCHES, 0.25)
        yield from searching(coloured, rounds, "coloured", OF_EACH_LINE, 0.05)
        yield following(Path(folder) / "followed", lines)
    yield from making(min(lines, 200_000), rounds)


if __name__ == "__main__":
    measure(main, megabytes=1, lines=1000, rounds=1)
