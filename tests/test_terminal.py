"""The app itself in a real pseudo-terminal, by keys only, on the kraken."""

import time
from pathlib import Path

import pytest

from octotui.runtime.open_space import state_on_disk
from octotui.store.space_folder import space_folder
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("servers_end")
KRAKEN = "configs/kraken.toml"
QUESTION = "? run-6 asks Finance: Look at the bill"


def start(terminal: Terminal, runbook: str) -> None:
    """Start a runbook by its name, for no environment."""
    terminal.press("s")
    terminal.wait("Start which runbook?")
    terminal.press(runbook)
    terminal.wait(f"▌{runbook}")
    terminal.press("enter")
    terminal.wait("in which environment?", "▌no environment")
    terminal.press("enter")
    terminal.wait("Runs", gone="in which environment?")


def test_through_both_runbooks_to_the_approved_and_finished_run(tmp_path: Path) -> None:
    with Terminal(KRAKEN, "--state", tmp_path) as terminal:
        terminal.wait("octotui · Kraken", "No runs yet", "s start", "q detach")
        start(terminal, "Unleash the kraken")
        terminal.wait("run-2 Development on worker1", "run-3 Test on worker2", "run-4 Staging on worker3")
        terminal.wait("run-5 Production on worker1", "next after worker1 in setup")
        terminal.wait("▶ running", "run-2 and run-5")
        terminal.wait("idle", "✔ run-1 ▸4 Unleash", gone="executing")
        start(terminal, "Tame the kraken")
        terminal.wait("1 waits for a lock", "waits for worker3: run-6 is", "first in queue")
        terminal.wait("▣", "◔ 1")
        terminal.wait(QUESTION, "you may take it", "asks Finance: nobody has taken the question yet")
        assert "run-7 Inspect the dock" in terminal.text
        terminal.press("a")
        terminal.wait("Is four databases really what you want?", "t take")
        terminal.press("t")
        terminal.wait("you have taken it", "p proceed", "x abort")
        terminal.press("n", "four it is")
        terminal.wait("four it is")
        terminal.press("enter", "p")
        terminal.wait("✔ run-6 ▸1 Tame the", "said proceed: four it is", "idle", gone="notes")
        terminal.wait("selected again: next after worker1 in setup", "✔ Feed the kraken")
        terminal.press("q")
        assert terminal.left() == 0
    assert dict(state_on_disk(space_folder("kraken", tmp_path)).runs.items()) == {}


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_a_run_is_opened_and_its_log_looked_at(tmp_path: Path, columns: int, lines: int) -> None:
    with Terminal(KRAKEN, "--state", tmp_path, columns=columns, lines=lines) as terminal:
        terminal.wait("Runs")
        start(terminal, "Inspect the dock")
        terminal.wait("▌✔ run-1", "idle", gone="executing")
        for key, seen, gone in (
            *(("enter", "esc back", "─ Pools"), ("l", "W save", "in setup")),
            *(("esc", "esc back", "W save"), ("esc", "─ Pools", "esc back"), ("l", "W save", "─ Pools")),
            ("esc", "─ Pools", "W save"),
        ):
            terminal.press(key)
            terminal.wait(seen, gone=gone)
        terminal.press("q")
        assert terminal.left() == 0


def test_left_while_a_run_is_active_it_is_asked_what_becomes_of_it(tmp_path: Path) -> None:
    with Terminal(KRAKEN, "--foreground", "--state", tmp_path, columns=80, lines=24) as terminal:
        terminal.wait("Runs")
        start(terminal, "Inspect the dock")
        terminal.wait("✔ run-1", "idle")
        start(terminal, "Create AWS RDS")
        terminal.wait("1 executing")
        terminal.press("q")
        terminal.wait("1 run is active", "w  wait", "c  cancel", "l  leave")
        terminal.press("c")
        assert terminal.left() == 0
    assert dict(state_on_disk(space_folder("kraken", tmp_path)).runs.items()) == {}


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_it_opens_and_quits_in_ascii_and_without_colours(tmp_path: Path, columns: int, lines: int) -> None:
    plain = Terminal(KRAKEN, "--state", tmp_path, "--ascii", columns=columns, lines=lines, NO_COLOR="1")
    with plain as terminal:
        terminal.wait("Runs", "No runs yet", "detach")
        assert terminal.text.isascii()
        assert not any(red != green or green != blue for red, green, blue in map(rgb, terminal.colours))
        terminal.press("q")
        assert terminal.left() == 0


def rgb(colour: str) -> tuple[str, str, str]:
    """The parts of a colour as pyte names it; the terminal's own are grey."""
    return ("", "", "") if colour in ("default", "white", "black") else (colour[:2], colour[2:4], colour[4:])


def test_without_a_file_it_opens_the_demo_of_the_package(tmp_path: Path) -> None:
    with Terminal("--state", tmp_path) as terminal:
        terminal.wait("octotui · Kraken demo", "No runs yet")
        terminal.press("q")
        assert terminal.left() == 0


def test_two_terminals_at_one_space_see_the_same_and_what_runs_outlives_both(tmp_path: Path) -> None:
    with Terminal(KRAKEN, "--state", tmp_path) as first:
        first.wait("No runs yet")
        with Terminal(KRAKEN, "--state", tmp_path, columns=80, lines=24) as second:
            second.wait("No runs yet")
            start(first, "Unleash the kraken")
            second.wait("run-1 ▸4 Unleash the kraken", "4 executing")
            first.press("q")
            assert first.left() == 0
            first.wait("detached from Kraken: 4 runs continue; octotui stop Kraken --state ")
            second.child.close(force=True)  # as a terminal that is closed
    space = space_folder("kraken", tmp_path)
    end = time.monotonic() + 20
    while state_on_disk(space).families:
        assert time.monotonic() < end
        time.sleep(0.05)
    with Terminal(KRAKEN, "--state", tmp_path) as third:
        third.wait("✔ run-1 ▸4 Unleash")
        third.press("right")
        third.wait("✔ run-5", "Create AWS RDS", "Production")


def test_a_space_that_is_held_in_the_foreground_can_be_attached_to(tmp_path: Path) -> None:
    with Terminal(KRAKEN, "--foreground", "--state", tmp_path) as first:
        first.wait("No runs yet")
        with Terminal(KRAKEN, "--state", tmp_path) as second:
            second.wait("No runs yet")
            start(second, "Inspect the dock")
            first.wait("run-1 Inspect the dock")
            second.press("q")
            assert second.left() == 0
        first.wait("✔ run-1", "idle")
        first.press("q")
        assert first.left() == 0
