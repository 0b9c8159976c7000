"""M5: what is known of a machine that nobody has checked, and the names of its deadlines."""

import msgspec

from octotui.engine.state import MachineHealth, State, is_lost, machine_health
from octotui.engine.state.machine_health import check_deadline, loss_deadline
from octotui.engine.state.snapshot import decode, encode
from tests.engine.walk import Walk


def test_m5_nothing_is_known_of_a_machine_that_was_not_checked() -> None:
    known = machine_health(State(), "worker1")
    assert known == MachineHealth()
    assert not known.is_in_line
    assert not is_lost(State(), "worker1")


def test_m5_no_run_or_job_has_the_name_of_such_a_deadline() -> None:
    names = {check_deadline("run-1"), loss_deadline("run-1")}
    assert len(names) == 2
    assert all("/" in name for name in names)


def test_r5_a_snapshot_has_all_of_it() -> None:
    walk = Walk(3)
    walk.go(40)
    assert len(walk.state.machines)
    assert decode(encode(walk.state)) == walk.state
    assert msgspec.json.decode(encode(walk.state))["state"]["machines"]
