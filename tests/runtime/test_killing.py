"""R4: octotui is killed at any moment, and what came of all of it is what comes of an undisturbed run.

Compared are: the state of runs, steps, jobs, attempts and answers; logs byte by byte, with their levels;
output variables, warnings, artifacts; what scripts have left, a line each time that one ran; that each
attempt was started and ended once; and that no workspace is left. More of it: `OCTOTUI_KILLS=5000`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAYS = int(os.environ.get("OCTOTUI_KILLS", "48"))
SEED = int(os.environ.get("OCTOTUI_KILLING_SEED", "1"))
WHO = ("supervised", "session", "agent", "both")


@pytest.mark.parametrize("who", WHO)
def test_r4_killed_at_any_moment_it_comes_to_the_same(who: str, tmp_path: Path) -> None:
    """M2: where the agent is killed, what it ran may be lost, and asks; nothing else differs."""
    count = PLAYS // len(WHO)
    call = [sys.executable, "-W", "error", "-m", "tests.runtime.killing", str(tmp_path)]
    done = subprocess.run(
        [*call, str(SEED * len(WHO) + WHO.index(who)), str(count), who],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *wrong, summary = map(json.loads, done.stdout.splitlines())
    assert wrong == []
    assert summary["plays"] == count
    assert summary["kills"] >= count * 0.9
    assert summary["moments"] > 300
