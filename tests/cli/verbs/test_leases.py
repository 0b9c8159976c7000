"""W12: `octotui leases`: list, destroy and adopt."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.workers.pod_machines import stand_in

MODEL = """\
[pools.hosted]
default = true
dynamic = { provider = "command", image = "u", provision = ["./up.sh"], destroy = ["true"], cost = "1 EUR" }
[[runbooks.ok.steps]]
name = "Work"
script = "true"
"""
UP = """#!/bin/sh
echo "{\\"id\\": \\"$OCTOTUI_LEASE\\", \\"endpoint\\": \\"kubectl://staging/build/$OCTOTUI_LEASE\\"}"
"""


@pytest.fixture
def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have kubectl run commands here, whichever pod they are for."""
    program = stand_in(tmp_path / "programs", tmp_path / "home")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_w12_machines_are_listed_destroyed_and_adopted(
    octotui: Call, write: Call, state: Path, servers_end: None, pods: None
) -> None:
    model = write(MODEL)
    up = Path(model).parent / "up.sh"
    up.write_text(UP)
    up.chmod(0o755)
    nothing = octotui("leases", "list", model, "--state", state)
    assert (nothing.code, nothing.out.startswith("no leases: ")) == (0, True)
    planned = octotui("plan", model, "ok", "--state", state).out
    assert "a machine of pool hosted would be provisioned: hosted-1, image u" in planned
    assert octotui("run", model, "ok", "--state", state).code == 0
    row = json.loads(octotui("leases", "list", model, "--json", "--state", state).out)
    assert (row["lease"], row["worker"], row["phase"], row["cost"]) == (
        "lease-1",
        "hosted-1",
        "ready",
        "1 EUR",
    )
    assert "hosted  dynamic 1/1 ready" in octotui("pools", model, "--state", state).out
    planned = octotui("plan", model, "ok", "--state", state)
    assert (planned.code, planned.err) == (0, "")
    assert "would be provisioned" not in planned.out
    assert "hosted-1: the only eligible worker in hosted" in planned.out
    checked = octotui("workers", "check", model, "hosted-1", "--state", state)
    assert (checked.code, checked.err, checked.out.startswith("hosted-1  ")) == (0, "", True)
    target = state / "kept.zip"
    assert octotui("export", model, "run-1", "-o", target, "--state", state).code == 0
    assert "hosted-1: first in hosted" in octotui("replay", target, "--plain").out
    ended = octotui("leases", "destroy", model, "hosted-1", "--state", state)
    assert "lease-1  hosted-1 is being destroyed: destroyed by " in ended.out
    end = time.monotonic() + 20
    while not octotui("leases", "list", model, "--state", state).out.startswith("no leases"):
        assert time.monotonic() < end
        time.sleep(0.1)
    refused = octotui("leases", "destroy", model, "lease-9", "--state", state)
    assert (refused.code, "there is no machine lease “lease-9”" in refused.err) == (2, True)
    refused = octotui("leases", "adopt", model, "hosted", "vm", "rubbish", "--state", state)
    assert (refused.code, 'no endpoint such as "ssh://user@host:22"' in refused.err) == (2, True)
    adopted = octotui(
        "leases", "adopt", model, "hosted", "vm", "kubectl://staging/build/vm", "--state", state
    )
    assert "gives vm at kubectl://staging/build/vm to pool hosted" in adopted.out
    assert "adopted" in octotui("audit", model, "--state", state).out
