"""The time of a run in a real pseudo-terminal, by keys only: its timeline, its past, and what differed."""

import asyncio
import time
from pathlib import Path

import pytest

from octotui.cli.model_files import read_model
from octotui.engine.commands import StartRun
from octotui.runtime.open_space import open_space
from octotui.runtime.server.peer_credentials import this_account
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("servers_end")
MODEL = """
[space]
name = "Night"
[pools.dock]
workers = ["dock1"]
exclusive = true

[runbooks.haul]
name = "Haul"
[[runbooks.haul.steps]]
name = "Pull"
pool = "dock"
script = 'echo "pulling $((6 * 7))"; sleep "0.#{Seconds}"'
[[runbooks.haul.steps]]
name = "Let go"
pool = "dock"
script = 'echo letting go; exit "#{Code}"'
[variables]
Seconds = "3"
Code = { prompt = { label = "Exit code", default = "0" } }
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Two runs at once, of which the second waited for the first one, and failed."""
    path = tmp_path / "night.toml"
    path.write_text(MODEL)
    declared = read_model(path)

    async def play() -> None:
        async with open_space(declared, tmp_path, this_account(), time.time) as session:
            for code in ("0", "3"):
                given = {"Code": code}
                await session.send(StartRun(process="haul", requester=session.user, variables=given))
            async for state in session.states():
                if not len(state.families):
                    return

    asyncio.run(play())
    return path


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_timeline_past_and_differences(model: Path, columns: int, lines: int) -> None:
    """R14: of ended runs, at a server that did not see them."""
    with Terminal(model, "--state", model.parent, columns=columns, lines=lines) as terminal:
        terminal.wait("✖ run-2", "✔ run-1")
        terminal.press("L")
        terminal.wait("Timeline of run-2 Haul", "critical path", "dock1", "wait for dock1", "░")
        terminal.press("j", "j", "N", "N")
        terminal.wait("run-2 waited for dock1 for “Pull”: run-1 ran “Pull”", "· for ")
        terminal.press("B")
        terminal.wait("by step", "Let go", "✖")
        terminal.press("+", "+", "0", "esc")
        terminal.wait("s start", gone="Timeline of")
        terminal.press("h")
        terminal.wait("Replay", "exit code 3", "letting go")
        terminal.press("{")
        terminal.wait(" 1/", gone="exit code 3")
        terminal.press("]", "]", "]", "]")
        terminal.wait("exit code 3")
        terminal.press("}", "esc")
        terminal.wait("s start", gone="Replay")
        terminal.press("d")
        terminal.wait("Differences: run-1 and run-2", "Let go: outcome", "failed, exit code 3", "Code")
        terminal.press("esc")
        terminal.wait("s start", gone="Differences")
        terminal.press("q")
        assert terminal.left() == 0
