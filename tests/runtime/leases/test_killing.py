"""W12: octotui is killed at any moment around leases, and no machine is left or provisioned twice.

More of it: `OCTOTUI_LEASE_KILLS=1000 OCTOTUI_KILLING_SEED=7 pytest tests/runtime/leases/test_killing.py`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.podman import missing

ROOT = Path(__file__).parents[3]
KILLS = int(os.environ.get("OCTOTUI_LEASE_KILLS", "6"))
SEED = int(os.environ.get("OCTOTUI_KILLING_SEED", "1"))


@pytest.mark.xdist_group("podman")
@pytest.mark.parametrize("kind", ["command", "container"])
def test_w12_killed_at_any_moment_no_machine_is_leaked_or_provisioned_twice(
    kind: str, tmp_path: Path
) -> None:
    if kind == "container" and (why := missing()):
        pytest.skip(why)
    call = [sys.executable, "-W", "error", "-m", "tests.runtime.leases.killing"]
    done = subprocess.run(
        [*call, str(tmp_path), str(SEED), str(KILLS), kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *wrong, summary = map(json.loads, done.stdout.splitlines())
    assert wrong == []
    assert summary["kills"] >= KILLS
    assert summary["machines"] >= summary["plays"]
