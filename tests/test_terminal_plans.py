"""Plans and the palette, in a real pseudo-terminal and by keys only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("servers_end")
MODEL = """
[space]
name = "Quay"
[engine]
task_cap = 3
[pools.dock]
workers = ["dock1"]
exclusive = true
policy = "least-leases"
default = true
[environments.harbour]

[runbooks.haul]
name = "Haul"
[[runbooks.haul.steps]]
name = "Pull"
simulate = { takes = "10m" }
script = 'while [ ! -e "#{Marker}" ]; do sleep 0.1; done'

[runbooks.moor]
name = "Moor"
[[runbooks.moor.steps]]
name = "Tie"
simulate = { takes = "2m" }
script = 'echo tied'
[variables]
Marker = "MARKER"
"""


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    """A model whose endless script ends with the test, at the latest."""
    path = tmp_path / "quay.toml"
    path.write_text(MODEL.replace("MARKER", str(tmp_path / "marker")))
    yield path
    (tmp_path / "marker").touch()


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_e6_what_if_there_was_one_more_dock(model: Path, columns: int, lines: int) -> None:
    """E6: from the start dialog, beside what runs, and without a start."""
    with Terminal(model, "--state", model.parent, columns=columns, lines=lines) as terminal:
        terminal.wait("No runs yet")
        terminal.press("s", "haul")
        terminal.wait("▌Haul", "If Haul started now: ends about", "dock1  0s–10m00s  Pull")
        terminal.press("enter")
        terminal.wait("Start Haul in which environment?")
        terminal.press("harb", "enter")
        terminal.wait("▶ run-1")
        terminal.press("s")
        terminal.wait("▌Haul")  # what was started last is first
        terminal.press("moor")
        terminal.wait("▌Moor", "waits for exclusive use of dock1")
        terminal.press("\x02")  # ctrl+b
        terminal.wait("If Moor in harbour started now", "[dock 1]", "task cap 3")
        terminal.press("+")
        terminal.wait("[dock 1→2]", "as is", "what if: ends", "sooner", "copy-1-of-dock1")
        terminal.press("-")
        terminal.wait("[dock 1]", gone="sooner")
        terminal.press("esc")
        terminal.wait("Start which runbook?", gone="task cap")
        terminal.press("esc")
        terminal.wait("▶ run-1", gone="Start which runbook?")
        terminal.press("q")
        assert terminal.left() == 0


def test_e6_the_palette_starts_by_name_and_goes_to_a_worker_and_a_run(model: Path) -> None:
    with Terminal(model, "--state", model.parent) as terminal:
        terminal.wait("No runs yet")
        terminal.press(":")
        terminal.wait("Search for commands")
        terminal.press("start moor in harb")
        terminal.wait("start Moor in harbour")
        terminal.press("enter")
        terminal.wait("Start Moor in harbour?")
        terminal.press("y")
        terminal.wait("✔ run-1", gone="Start Moor in harbour?")
        terminal.press(":")
        terminal.wait("Search for commands")
        terminal.press("worker dock1")
        terminal.wait("go to worker dock1")
        terminal.press("enter")
        terminal.wait("esc back", "dock1", gone="go to worker")
        terminal.press(":")
        terminal.wait("Search for commands")
        terminal.press("run-1 moor")
        terminal.wait("go to run-1 Moor in harbour")
        terminal.press("enter")
        terminal.wait("Tie", gone="go to run-1")
        terminal.press("b")
        terminal.wait("If Moor in harbour started now")
        terminal.press("esc")
        terminal.wait("esc back", gone="If Moor")
        terminal.press("q")
        assert terminal.left() == 0
