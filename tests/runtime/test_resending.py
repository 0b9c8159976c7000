"""R10: connections are cut and servers killed (-9) at any moment, and every request takes effect once.

Compared with an undisturbed dialogue are what every reply said, what the journal holds of it, and that a
client which listens hears of each event once. More of it: `OCTOTUI_LOSSES=2000`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAYS = int(os.environ.get("OCTOTUI_LOSSES", "32"))
SEED = int(os.environ.get("OCTOTUI_LOSSES_SEED", "1"))
HALVES = 2


@pytest.mark.parametrize("half", range(HALVES))
def test_r10_whatever_is_lost_when_a_request_takes_effect_once(half: int, tmp_path: Path) -> None:
    count = PLAYS // HALVES
    call = [sys.executable, "-W", "error", "-m", "tests.runtime.resending", str(tmp_path)]
    done = subprocess.run(
        [*call, str(SEED * HALVES + half), str(count)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *wrong, summary = map(json.loads, done.stdout.splitlines())
    assert wrong == []
    assert summary["plays"] == count
    assert summary["killed"] >= count * 0.3
    assert summary["moments"] > 250
    expected = summary["expected"]
    assert (expected["client"], expected["missed"], len(expected["replies"])) == (0, False, 13)
    assert all(expected["replies"])
