"""What starting costs: `octotui check` against importing Textual, and the board's first paint.

Run by hand: `python tests/bench/startup.py [ROUNDS]`. The variants take turns, and the best time of
each counts. Modules are compiled once before, into a folder of the bench's own.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pexpect

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.servers import end_servers  # noqa: E402 - from where it is run by hand

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
    run: Runner, variants: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str]
) -> dict[str, float]:
    """The best of many times of each, in seconds, taken in turn."""
    found = dict.fromkeys(variants, float("inf"))
    for _ in range(rounds):
        for name, arguments in variants.items():
            before = time.perf_counter()
            run(arguments, environment)
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
    child.close(force=True)


def main() -> None:
    """Print every time, and the ratios that are wanted."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/pyc", "TERM": "xterm-256color"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        screens = {
            "a minimal app": ("-c", MINIMAL),
            "the board": ("-m", "octotui", MODEL, "--state", f"{folder}/state"),
        }
        best(call, VARIANTS, 1, environment)
        best(paint, screens, 1, environment)
        took = best(call, VARIANTS, rounds, environment) | best(
            paint, screens, max(1, rounds // 2), environment
        )
        end_servers(Path(folder) / "state")
    for name, seconds in took.items():
        print(f"{name:30} {seconds * 1000:7.1f} ms")
    for name in ("import textual", "from textual.app import App"):
        print(f"check / {name:27} {took['octotui check'] / took[name]:.2f}")
    print(f"the board / a minimal app: {took['the board'] / took['a minimal app']:.2f} (wanted: at most 1.4)")
    print("check / import textual: wanted at most 0.35")


if __name__ == "__main__":
    main()
