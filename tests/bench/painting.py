"""The board beside a busy server: keys, age, processor and memory; and one row of a long list painted anew.

The app is the real one, in a pseudo-terminal, and so is its server, whose jobs only last as long as their
`simulate` says (`tests/simulated_server.py`). Runs end and are replaced as they end. First nothing moves, and
keys are pressed: that is idle. Then the steps of all runs go on, and as many keys a second are pressed. A key
is painted when the terminal has the row that it moved the cursor to. What is shown is as old as a question is
when the terminal has it counted, from the time of its event.
"""

import asyncio
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random

import pexpect
from textual.app import App, ComposeResult

from octotui.engine.commands import StartRun
from octotui.model.quantities import duration
from octotui.runtime.server.client import Client
from octotui.store.space_folder import space_folder
from octotui.ui.styled_text import Span
from octotui.ui.widgets.line_list import LineList
from tests.ratios import Ratio, measure
from tests.servers import end_servers
from tests.simulated_server import HELD, SPREAD

WORKERS = 20
KINDS = 10  # of runbooks, whose steps last differently long
STEP_EVENTS = 3  # events of a step
LIFE = 60.0  # seconds of a run
KEYS = 6  # pressed in a second
STAYING = 30  # runs at the top of the list that outlast the measurement: the cursor moves among them
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x1b\x07]*(?:\x07|\x1b\\)|[@-Z\\-_])")
ROW = 1 << 13  # characters, more than are sent to paint a row
UNPAINTED = 5.0  # seconds after which a key counts as lost


def model(runs: int, events: int) -> str:
    """Return a model whose runs, once their first steps are released, make so many events a second."""
    lasts = max(0.05, STEP_EVENTS * runs / events)
    steps = max(1, round(LIFE / lasts))
    workers = ", ".join(f'"worker{number}"' for number in range(1, WORKERS + 1))
    parts = [
        f'[space]\nname = "Bench"\n[engine]\ntask_cap = {2 * runs + 1000}',
        f"[pools.setup]\nworkers = [{workers}]",
        '[runbooks.ask]\nname = "Ask"\n[[runbooks.ask.steps]]\nname = "May it?"\n'
        'manual = { instructions = "Really?" }',
    ]
    for kind in range(KINDS):
        each = lasts * (0.8 + 0.4 * kind / (KINDS - 1))
        first = max(1, steps * (kind + 1) // KINDS)
        parts.append(_runbook(f"stay{kind}", [HELD, *[each] * 3 * steps]))
        parts.append(_runbook(f"first{kind}", [HELD, *[each] * first]))
        parts.append(_runbook(f"next{kind}", [each] * steps))
    return "\n".join(parts)


def _runbook(slug: str, times: list[float]) -> str:
    steps = (
        f'[[runbooks.{slug}.steps]]\nname = "Step {number}"\npool = "setup"\nscript = "true"\n'
        f'simulate = {{ takes = "{duration(takes)}" }}'
        for number, takes in enumerate(times)
    )
    return "\n".join((f'[runbooks.{slug}]\nname = "Go on {slug}"', *steps))


class Board:
    """The app in a pseudo-terminal, and what comes out of it."""

    def __init__(self, path: Path, state: Path) -> None:
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "octotui", str(path), "--state", str(state)],
            env={**os.environ, "TERM": "xterm-256color"},
            dimensions=(40, 120),
        )
        self.painted = 0  # bytes
        self._text = ""
        self._awaited: dict[asyncio.Future[str], re.Pattern[str]] = {}
        self._cursor = "run-1"
        asyncio.get_running_loop().add_reader(self.child.child_fd, self._read)

    def _read(self) -> None:
        data = os.read(self.child.child_fd, 1 << 16)
        self.painted += len(data)
        if self._awaited:
            self._text += data.decode(errors="replace")
            plain = ESCAPES.sub("", self._text)
            for future, pattern in [*self._awaited.items()]:
                if not future.done() and (found := pattern.search(plain)):
                    future.set_result(found[0])
            self._text = self._text[-ROW:]  # all before was searched

    async def shows(self, pattern: str, seconds: float) -> tuple[str, float]:
        """Wait until a pattern is painted: the text, and the time."""
        if not self._awaited:
            self._text = ""
        future = asyncio.get_running_loop().create_future()
        self._awaited[future] = re.compile(pattern)
        try:
            return await asyncio.wait_for(future, seconds), time.time()
        finally:
            del self._awaited[future]

    async def press(self, key: str) -> float:
        """Return the seconds until the cursor, which a key moves, is painted on another run."""
        before = time.time()
        shown = asyncio.ensure_future(self.shows(rf"▌\S+ (?!{self._cursor}\b)run-\d+\b", UNPAINTED))
        await asyncio.sleep(0)
        os.write(self.child.child_fd, key.encode())
        text, at = await shown
        self._cursor = text.rpartition(" ")[2]
        return at - before

    def close(self) -> None:
        """End the app."""
        asyncio.get_running_loop().remove_reader(self.child.child_fd)
        self.child.close(force=True)


async def press_keys(board: Board, seconds: float) -> list[float]:
    """Press keys for so long, at moments without a beat; the seconds until each was painted."""
    random, times, end = Random(7), [], time.monotonic() + seconds
    for number in range(1 << 30):
        if time.monotonic() >= end and number % 2 == 0:
            break
        times.append(await board.press("jk"[number % 2]))
        await asyncio.sleep(random.uniform(0.5, 1.5) / KEYS)
    return times


async def replace_runs(client: Client, runs: int) -> None:
    """Start runs as others end."""
    number = 0
    while True:
        await client.send(StartRun(process=f"next{number % KINDS}"))
        await asyncio.sleep(LIFE / runs)
        number += 1


async def ask(board: Board, client: Client, ages: list[float]) -> None:
    """Ask a question every second, and note how old each is when it is counted on the screen."""
    number = 0
    while True:
        number += 1
        shown = asyncio.ensure_future(board.shows(rf"\b{number} asks? ", 60))
        asked = await client.send(StartRun(process="ask"))
        ages.append((await shown)[1] - asked[-1].at)
        await asyncio.sleep(1.03)


def processor(process: int) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """MiB that a process has of its own."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


@asynccontextmanager
async def opened(folder: Path, runs: int, events: int) -> AsyncIterator[tuple[Client, Board, int]]:
    """A client of a server with so many runs in their first step, the board, and the server's process."""
    path, state = folder / "bench.toml", folder / "state"
    path.write_text(model(runs, events))
    call = [sys.executable, "-m", "tests.simulated_server", "serve", str(path), "--state", str(state)]
    server = subprocess.Popen(call, stdout=subprocess.DEVNULL)
    try:
        while not (state / "bench" / "socket").exists():
            assert server.poll() is None, "the server has ended"
            await asyncio.sleep(0.05)
        client = Client(space_folder("bench", state), time.time)
        await client.open(follow=False)
        kinds = (f"{'stay' if number < STAYING else 'first'}{number % KINDS}" for number in range(runs))
        await asyncio.gather(*(client.send(StartRun(process=kind)) for kind in kinds))
        board = Board(path, state)
        try:
            await board.shows(r"▌\S+ run-1\b", 60)
            yield client, board, server.pid
        finally:
            board.close()
            await client.close()
    finally:
        end_servers(state)
        server.wait()


async def watch(runs: int, events: int, seconds: int) -> Iterator[Ratio]:
    """Measure keys while nothing moves, and then everything while all runs do."""
    idle_for = max(1.0, seconds / 5)
    ages: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        async with opened(Path(folder), runs, events) as (client, board, server):
            await press_keys(board, idle_for / 2)
            idle = await press_keys(board, idle_for)
            os.kill(server, signal.SIGUSR1)
            tasks = [asyncio.ensure_future(replace_runs(client, runs))]
            tasks.append(asyncio.ensure_future(ask(board, client, ages)))
            await press_keys(board, SPREAD + min(LIFE, seconds))  # until as many runs end as begin
            journal, app = state / "bench" / "journal.sqlite", board.child.pid
            before = time.time(), processor(app), processor(server), memory(app), board.painted
            seq, told = last(journal), len(ages)
            busy = await press_keys(board, seconds)
            took = time.time() - before[0]
            rate = (last(journal) - seq) / took
            app_share, server_share = (
                (processor(app) - before[1]) / took,
                (processor(server) - before[2]) / took,
            )
            grown, painted = memory(app) / before[3], (board.painted - before[4]) / took
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    for name, each in (("idle", idle), ("busy", busy), ("age", ages[told:])):
        print(f"{name}: {spread(each)}")
    print(
        f"{rate:.0f} events a second; app {app_share:.2f} and server {server_share:.2f} of a core; "
        f"{before[3]:.0f} MiB of memory, {painted / 1024:.0f} KiB/s painted; load {os.getloadavg()[0]:.1f}"
    )
    typical = statistics.median(idle)
    return iter(
        (
            Ratio("key painted, median / idle median", statistics.median(busy) / typical, most=2),
            Ratio("key painted, p99 / idle median", at(busy, 0.99) / typical, most=5),
            Ratio("processor of the app / a core", app_share, most=0.5),
            Ratio("age of what is shown, the oldest / 100 ms", max(ages[told:]) / 0.1, most=1),
            Ratio(f"memory after {seconds} s / before", grown, most=1.05),
            Ratio("events a second / wanted", rate / events, least=0.9),
        )
    )


def last(journal: Path) -> int:
    """The seq of the last event on disk."""
    with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT max(seq) FROM events").fetchone()[0])


def at(times: list[float], part: float) -> float:
    """Return a quantile."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def spread(times: list[float]) -> str:
    """Say median, p95, p99 and the longest, in milliseconds."""
    parts = (statistics.median(times), at(times, 0.95), at(times, 0.99), max(times))
    names = ("p50", "p95", "p99", "most")
    figures = (f"{name} {each * 1000:.1f}" for name, each in zip(names, parts, strict=True))
    return f"{', '.join(figures)} ms ({len(times)})"


class LongList(App[None]):
    """A list of so many lines, the first of which changes."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.lines = LineList(self._draw)
        self._keys = tuple(map(str, range(rows)))
        self._count = 0
        self.painted = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self.lines

    def on_mount(self) -> None:
        self.lines.show(self._keys)

    def _draw(self, key: str, width: int) -> list[Span]:
        return [(f"{key}: {self._count if key == '0' else ''}", "plain")]

    async def change(self) -> float:
        """Change the first line; the seconds of processor time until it is painted."""
        self._count += 1
        shown = self._shown()
        before = time.process_time()
        self.lines.show(self._keys)
        while self._shown() == shown:
            await asyncio.sleep(0)
        return time.process_time() - before

    def _shown(self) -> object:
        return self.lines._shown[0]


async def repainted(rows: int, rounds: int) -> float:
    """The fewest seconds that one line of a list of so many takes."""
    app = LongList(rows)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        return min([await app.change() for _ in range(rounds)])


def main(
    runs: int = 500, events: int = 1000, seconds: int = 60, rows: int = 1_000_000, rounds: int = 200
) -> Iterator[Ratio]:
    """Print the figures of both, and compare them."""
    yield from asyncio.run(watch(runs, events, seconds))
    times = [[asyncio.run(repainted(each, rounds)) for each in (1000, rows)] for _ in range(3)]
    few, many = (min(each) for each in zip(*times, strict=True))
    print(f"a row of 1,000: {few * 1e6:.0f} µs, of {rows:,}: {many * 1e6:.0f} µs")
    yield Ratio(f"a row of {rows:,} painted / of 1,000", many / few, most=1.2)


if __name__ == "__main__":
    measure(main, runs=3, events=10, seconds=1, rows=1000, rounds=3)
