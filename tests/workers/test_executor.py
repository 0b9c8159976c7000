from pathlib import Path

import pytest

from octotui.model.process import Simulate
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.simulated import SimulatedExecutor
from tests.workers.jobs import result, work


@pytest.mark.parametrize(
    ("script", "simulated", "state", "code"),
    [
        ("true", "success", "succeeded", 0),
        ("exit 1", "failure", "failed", 1),
    ],
)
@pytest.mark.parametrize("make", [SupervisorExecutor, SimulatedExecutor])
async def test_all_executors_end_alike(
    tmp_path: Path,
    make: type[SupervisorExecutor] | type[SimulatedExecutor],
    script: str,
    simulated: str,
    state: str,
    code: int,
) -> None:
    given = work(tmp_path, script, simulate=Simulate(takes=0, result=simulated))
    executor = make()
    outcome, _ = await result(executor, given)
    assert (outcome.state, outcome.exit_code) == (state, code)
    assert outcome.reason == ("" if code == 0 else "exit code 1")
    await executor.close()
