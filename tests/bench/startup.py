"""What starting costs: `octotui check` against importing Textual, and the board's first paint.

The variants take turns, and the best time of each counts: not that of the first round, in which modules are
compiled, into a folder of the bench's own.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pexpect

from tests.ratios import Ratio, measure
from tests.servers import end_servers

ROOT = Path(__file__).parents[2]
MODEL = "configs/kraken.toml"
VARIANTS: dict[str, Sequence[str]] = {
    "python -c pass": ("-c", "pass"),
    "octotui check": ("-m", "octotui", "check", MODEL),
    "import textual": ("-c", "import textual"),
    "from textual.app import App": ("-c", "from textual.app import App"),
}
MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("Runs")
Minimal().run()
"""


Runner = Callable[[Sequence[str], Mapping[str, str]], None]


def best(
    start: Runner, variants: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str]
) -> dict[str, float]:
    """The best of many times of each, in seconds, taken in turn."""
    found = dict.fromkeys(variants, float("inf"))
    for _ in range(rounds):
        for name, arguments in variants.items():
            before = time.perf_counter()
            start(arguments, environment)
            found[name] = min(found[name], time.perf_counter() - before)
    return found


def call(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run Python, which must succeed."""
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, check=True
    )


def paint(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run Python in a terminal until it has drawn a word."""
    child = pexpect.spawn(
        sys.executable, list(arguments), cwd=str(ROOT), env=dict(environment), dimensions=(40, 120)
    )
    child.expect_exact("Runs", timeout=30)
    child.kill(signal.SIGKILL)
    child.wait()  # however long a busy machine takes for that
    child.close()


def main(rounds: int = 21) -> Iterator[Ratio]:
    """Print every time, and compare them."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/pyc", "TERM": "xterm-256color"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        state = Path(folder) / "state"
        screens = {
            "a minimal app": ("-c", MINIMAL),
            "the board": ("-m", "octotui", MODEL, "--state", str(state)),
        }
        try:
            took = best(call, VARIANTS, rounds, environment)
            took |= best(paint, screens, rounds // 2 + 1, environment)
        finally:
            end_servers(state)
    for name, seconds in took.items():
        print(f"{name:30} {seconds * 1000:7.1f} ms")
    check = took["octotui check"]
    yield Ratio("check / import textual", check / took["import textual"], most=0.35)
    yield Ratio("check / from textual.app import App", check / took["from textual.app import App"])
    yield Ratio("the board / a minimal app", took["the board"] / took["a minimal app"], most=1.4)


if __name__ == "__main__":
    measure(main, rounds=1)
