"""This machine as a kind of machine; the contract is in `conformance`."""

from pathlib import Path

from octotui.workers.local.machine import LocalMachines
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.machine import AttemptKey
from tests.workers.jobs import work


async def test_m1_workers_are_folders_of_their_own_and_one_executor_serves_all(tmp_path: Path) -> None:
    kind = LocalMachines(SupervisorExecutor(), lambda worker: tmp_path / worker)
    first, second = kind.machine("worker1", None), kind.machine("worker2", str(tmp_path / "declared"))
    assert (first.directory, second.directory) == (str(tmp_path / "worker1"), str(tmp_path / "declared"))
    assert list(tmp_path.iterdir()) == []
    attempt, printed = AttemptKey("space-1", "job-1.1-1"), list[bytes]()
    for each in (first, second):
        await each.processes.start(attempt, work(Path(each.directory), "pwd", shell="sh"), "{}")
        assert (await each.processes.follow(attempt, printed.append)).outcome.state == "succeeded"
    assert [each.decode().rpartition("/work/")[0] for each in printed] == [first.directory, second.directory]
    for each in (first, second):
        await each.processes.clean(attempt)
    await kind.close()
