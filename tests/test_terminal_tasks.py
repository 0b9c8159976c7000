"""What operators do every day, in a real pseudo-terminal and by keys only."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from octotui.cli.model_files import read_model
from octotui.engine.commands import StartRun
from octotui.engine.state import State
from octotui.runtime.open_space import open_space, space_folder
from octotui.runtime.server.peer_credentials import this_account
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("servers_end")
SIZES = pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
MODEL = """
[space]
name = "Night"
[pools.crane]
workers = ["crane1"]
[pools.dock]
workers = ["dock1"]
exclusive = true

[runbooks.backup]
name = "Back up"
[[runbooks.backup.steps]]
name = "Copy"
pool = "crane"
script = '''
for number in $(seq 1 300); do echo "copied file $number"; done
echo "the disk is full at file 301" >&2
exit 3
'''

[runbooks.haul]
name = "Haul"
[[runbooks.haul.steps]]
name = "Pull"
pool = "dock"
script = 'echo pulling; while [ ! -e "#{Marker}" ]; do sleep 0.1; done'

[runbooks.publish]
name = "Publish"
[[runbooks.publish.steps]]
name = "Release it"
manual = { instructions = "Is it ready?" }

[runbooks.mend]
name = "Mend"
guided_failure = "on"
[[runbooks.mend.steps]]
name = "Weld"
pool = "crane"
script = 'cat "#{Marker}" && echo welded'
[variables]
Marker = "MARKER"
"""


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    """A model whose endless scripts end with the test, at the latest."""
    path = tmp_path / "night.toml"
    path.write_text(MODEL.replace("MARKER", str(tmp_path / "marker")))
    yield path
    (tmp_path / "marker").touch()


def played(
    model: Path, until: Callable[[State], bool], *processes: str, at: Callable[[], float] = time.time
) -> None:
    """Start runs without a terminal, and leave the space once its State is so."""

    declared = read_model(model)

    async def play() -> None:
        async with open_space(declared, model.parent, this_account(), at) as session:
            for process in processes:
                await session.send(StartRun(process=process, requester=session.user))
            async for state in session.states():
                if until(state):
                    return

    asyncio.run(play())
    space_folder(declared.space.slug, model.parent).path.joinpath(
        "clock.json"
    ).unlink()  # as when the machine was off since


def start(terminal: Terminal, runbook: str, run: str) -> None:
    """Start a runbook by its name, and wait until its run is listed."""
    terminal.press("s")
    terminal.wait("Start which runbook?")
    terminal.press(runbook)
    terminal.wait(f"▌{runbook}")
    terminal.press("enter")
    terminal.wait(f"{run} {runbook}", gone="Start which runbook?")


def noon() -> tuple[str, float]:
    """A time zone in which it is some minutes after noon, and the time of its last midnight."""
    now = time.time()
    hours = 12 - time.gmtime(now).tm_hour  # -11 to 12, east of Greenwich
    return f"ZONE{-hours}", now - 12 * 3600 - now % 3600


def test_the_failure_of_last_night_is_found_opened_and_searched(model: Path) -> None:
    zone, midnight = noon()
    played(model, lambda state: not len(state.families), "backup", at=lambda: midnight - 9 * 3600)
    played(model, lambda state: not len(state.families), "backup", at=lambda: midnight - 60)
    with Terminal(model, "--state", model.parent, TZ=zone, columns=80, lines=24) as terminal:
        terminal.wait("✖ run-1", "✖ run-2")
        terminal.press("S")
        terminal.wait("Saved views", "last night's failures")
        terminal.press("night")
        terminal.wait("last night's failures", gone="does not move")
        terminal.press("enter")
        terminal.wait("✖ run-2", "1/2", gone="run-1 Back up")
        terminal.press("enter")
        terminal.wait("esc back", "Copy", "exit code 3")
        terminal.press("l")
        terminal.wait("the disk is full at file 301", "& filter")
        terminal.press("/")
        terminal.wait("search: text or a regular expression")
        terminal.press("file 17$", "enter")
        terminal.wait("copied file 17", "/file 17$ 1/1", gone="the disk is full")
        terminal.press("/")
        terminal.wait("\nfile 17$")
        terminal.press("disk", "enter")
        terminal.wait("the disk is full at file 301")
        terminal.press("esc", "esc", "esc")
        terminal.wait("─ Pools")
        terminal.press("esc")
        terminal.wait("✖ run-1", "✖ run-2")
        terminal.press("q")
        assert terminal.left() == 0


@SIZES
def test_who_blocks_is_seen_and_cancelled(model: Path, columns: int, lines: int) -> None:
    with Terminal(model, "--state", model.parent, columns=columns, lines=lines) as terminal:
        terminal.wait("No runs yet")
        for run in ("run-1", "run-2"):
            start(terminal, "Haul", run)
        terminal.wait("▶ run-1", "◔ run-2")
        terminal.press("w")
        terminal.wait("Why: run-2", "waits for exclusive use of dock1: run-1")
        terminal.press("esc")
        terminal.wait("s start", gone="Why: run-2")
        terminal.press("k", "c")
        terminal.wait("Cancel run-1 Haul?", "cancel it  y")
        terminal.press("y")
        terminal.wait("▶ run-2", "⊘ run-1", gone="◔ run-2")
        terminal.press("k", "c")
        terminal.wait("Cancel run-2 Haul?")
        terminal.press("n")
        terminal.wait("▶ run-2", gone="Cancel run-2 Haul?")
        terminal.press("q")
        assert terminal.left() == 0


def test_ten_questions_are_answered_at_once_with_a_note(model: Path) -> None:
    played(model, lambda state: len(state.asking) == 10, *["publish"] * 10)
    with Terminal(model, "--state", model.parent) as terminal:
        terminal.wait("? run-10", "9 more")
        terminal.press("*")
        terminal.wait("10 marked")
        terminal.press("p")
        terminal.wait("Proceed with 10 questions?", "run-10 Publish: Release it")
        terminal.press("n", "signed off")
        terminal.wait("signed off")
        terminal.press("enter", "y")
        terminal.wait("10 answered", "✔ run-1 ", "✔ run-10", gone="marked")
        terminal.wait("said proceed: signed off")
        terminal.press("q")
        assert terminal.left() == 0


def test_a_failed_step_is_tried_again_and_the_run_run_again(model: Path) -> None:
    played(model, lambda state: len(state.asking) == 1, "mend")
    with Terminal(model, "--state", model.parent) as terminal:
        terminal.wait("? run-1 Mend", "Weld failed", "exit code 1")
        (model.parent / "marker").write_text("found\n")
        terminal.press("t")
        terminal.wait("you have taken it", "r retry")
        terminal.press("r")
        terminal.wait("✔ run-1 Mend", "welded", gone="Weld failed ")
        terminal.press("R")
        terminal.wait("Run Mend again?", "run it  y")
        terminal.press("y")
        terminal.wait("✔ run-2 Mend", "✔ run-1 Mend", gone="again?")
        terminal.press("q")
        assert terminal.left() == 0


def another(model: Path) -> None:
    """Have a space besides, of which it is known which model it belongs to."""
    day = model.with_name("day.toml")
    day.write_text(model.read_text().replace('"Night"', '"Day"'))
    played(day, lambda state: not len(state.families))
    space_folder("day", model.parent).keep_model(day)


def test_another_space_is_switched_to_and_back(model: Path) -> None:
    """Marks of the one are not those of the other; its server is started with the model that is known."""
    another(model)
    with Terminal(model, "--state", model.parent) as terminal:
        terminal.wait("octotui · Night", "No runs yet")
        start(terminal, "Publish", "run-1")
        terminal.press("*")
        terminal.wait("1 marked")
        terminal.press("o")
        terminal.wait("Switch to which space?", "Night", "here", "Day", "closed")
        terminal.press("enter")
        terminal.wait("octotui · Day", "No runs yet", gone="marked")
        terminal.press("o")
        terminal.wait("Switch to which space?", "Night", "running")
        terminal.press("enter")
        terminal.wait("octotui · Night", "? run-1 Publish", gone="marked")
        terminal.press("q")
        assert terminal.left() == 0
        terminal.wait("detached from Night: 1 run continues")


def test_runs_that_the_app_has_itself_are_asked_about_and_are_there_on_return(model: Path) -> None:
    """R4: they go on while another space is on the screen."""
    another(model)
    with Terminal(model, "--foreground", "--state", model.parent) as terminal:
        terminal.wait("No runs yet")
        start(terminal, "Haul", "run-1")
        terminal.wait("▶ run-1", "pulling")
        terminal.press("o")
        terminal.wait("Switch to which space?", "Day")
        terminal.press("enter")
        terminal.wait("1 run is active", "l  leave")
        terminal.press("l")
        terminal.wait("octotui · Day", "No runs yet", gone="active")
        terminal.press("o")
        terminal.wait("Switch to which space?", "Night", "closed")
        terminal.press("enter")
        terminal.wait("octotui · Night", "▶ run-1", gone="Switch to which space?")
        terminal.press("q")
        assert terminal.left() == 0
        terminal.wait("detached from Night: 1 run continues")


def test_r12_a_key_is_rebound_and_a_faulty_file_leaves_the_usual_ones(model: Path) -> None:
    file = model.parent / "keys.toml"
    file.write_text('[board]\nstart = "f5"\nwhy = []\n[list]\ndown = ["ctrl+n", "down"]\n')
    played(model, lambda state: not len(state.families), "backup", "backup")
    with Terminal(model, "--state", model.parent, OCTOTUI_KEYS=str(file)) as terminal:
        terminal.wait("✖ run-1", "✖ run-2", "f5 start", gone="w why")
        terminal.wait("▌✖ run-2")
        terminal.press("\x0e")
        terminal.wait("▌✖ run-1")
        terminal.press("s", "\x1b[15~")
        terminal.wait("Start which runbook?")
        terminal.press("s", "Haul")
        terminal.wait("sHaul")
        terminal.press("esc")
        terminal.wait("f5 start", gone="Start which runbook?")
        terminal.press("?")
        terminal.wait("Keys here", "f5 ")
        terminal.press("esc")
        terminal.wait("f5 start", gone="Keys here")
        terminal.press("q")
        assert terminal.left() == 0
    file.write_text('[board]\nstrat = "f5"\n')
    with Terminal(model, "--state", model.parent, OCTOTUI_KEYS=str(file)) as terminal:
        terminal.wait("The usual keys are in force", "s start")
        terminal.press("s")
        terminal.wait("Start which runbook?")
        terminal.press("esc")
        terminal.wait("s start", gone="Start which runbook?")
        terminal.press("q")
        assert terminal.left() == 0


def test_r13_panes_are_zoomed_and_resized_and_kept_over_a_restart(model: Path) -> None:
    at = {"XDG_STATE_HOME": str(model.parent / "account")}
    played(model, lambda state: not len(state.families), "backup")
    with Terminal(model, "--state", model.parent, **at) as terminal:
        terminal.wait("✖ run-1", "─ Pools ", "─ Output ")
        terminal.press("+")
        terminal.wait("✖ run-1", "+ shows all panes again", gone="─ Pools ")
        terminal.press("+")
        terminal.wait("─ Pools ", "─ Output ")
        before = terminal.text.splitlines()[1].index("│")
        terminal.press("<", "<", "<")
        end = time.monotonic() + 10
        while terminal.text.splitlines()[1].find("│") != before - 12:
            assert time.monotonic() < end, terminal.text
            terminal.look()
        terminal.press("q")
        assert terminal.left() == 0
    with Terminal(model, "--state", model.parent, **at) as terminal:
        terminal.wait("✖ run-1", "─ Output ")
        assert terminal.text.splitlines()[1].index("│") == before - 12
        terminal.press("q")
        assert terminal.left() == 0
    (file,) = (model.parent / "account").rglob(".panes.toml")
    file.write_text("[board")
    with Terminal(model, "--state", model.parent, **at) as terminal:
        terminal.wait("✖ run-1", "The usual sizes of panes are used")
        assert terminal.text.splitlines()[1].index("│") == before
        terminal.press("q")
        assert terminal.left() == 0
