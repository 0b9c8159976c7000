"""M5: which machine is checked when."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.state import CheckedFacts, FoundTool, locked_keys, machine_health, next_deadline
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.space import Model, Worker
from tests.leases import LeaseWorld, hosted
from tests.world import START, World, engine, model, script

HOURLY = MachinePolicy(name="Hourly")
AWAY = {"health": "unavailable", "reason": "no route to host"}


def hourly(workers: int = 3, **more: object) -> Model:
    """Workers that are checked every hour."""
    return model({"go": [script("A")]}, workers, machine_policies={"default": HOURLY}, **more)


def report(world: World, machine: str, **found: object) -> tuple[events.AnyEvent, ...]:
    """How the check of a machine ended; it is well where nothing else is said."""
    return world.send(commands.ReportCheck(machine=machine, **{"health": "healthy", **found}))  # type: ignore[arg-type]


def being_checked(world: World) -> list[str]:
    """The machines that are being checked."""
    return [name for _, name in world.state.checks]


def waiting(world: World) -> list[str]:
    """The machines that stand in line for a check."""
    return [name for _, name in world.state.check_queue]


class TestByTime:
    def test_m5_a_machine_with_a_policy_is_checked_at_once_and_then_every_hour(self) -> None:
        world = World(hourly())
        world.send(commands.Tick())
        assert being_checked(world) == ["worker1", "worker2", "worker3"]
        for name in ("worker1", "worker2", "worker3"):
            report(world, name)
        assert being_checked(world) == []
        assert next_deadline(world.state) == START + 3600.0
        world.now = START + 3600.0
        world.send(commands.Tick())
        assert being_checked(world) == ["worker1", "worker2", "worker3"]

    def test_m5_machines_without_a_policy_that_are_this_one_are_not(self) -> None:
        world = World(model({"go": [script("A")]}))
        assert next_deadline(world.state) is None
        assert not world.happened(events.ChecksPlanned)

    def test_m5_one_that_is_elsewhere_needs_no_policy(self) -> None:
        there = {"worker1": Worker(name="worker1", endpoint="ssh://worker1")}
        world = World(replace(model({"go": [script("A")]}, 1), workers=there))
        world.send(commands.Tick())
        assert being_checked(world) == ["worker1"]

    def test_m5_a_disabled_machine_is_not_checked(self) -> None:
        declared = hourly(2)
        off = replace(declared.workers["worker1"], enabled=False)
        world = World(replace(declared, workers={**declared.workers, "worker1": off}))
        world.send(commands.Tick())
        assert being_checked(world) == ["worker2"]
        report(world, "worker2")
        world.send(commands.LoadModel(declared))
        world.send(commands.Tick())
        assert being_checked(world) == ["worker1"]

    def test_m5_one_that_is_unavailable_is_looked_for_sooner(self) -> None:
        world, waits = World(hourly(1)), []
        for _ in range(8):
            world.now = next_deadline(world.state) or 0.0
            world.send(commands.Tick())
            report(world, "worker1", **AWAY)
            waits.append((next_deadline(world.state) or 0.0) - world.now)
        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
        world.now = next_deadline(world.state) or 0.0
        world.send(commands.Tick())
        report(world, "worker1")
        assert (next_deadline(world.state) or 0.0) - world.now == 3600
        assert machine_health(world.state, "worker1").failures == 0

    def test_m5_so_it_is_where_no_policy_says_how_often(self) -> None:
        world = World(model({"go": [script("A")]}, 1))
        world.send(commands.CheckHealth(by="ann"))
        report(world, "worker1", **AWAY)
        assert next_deadline(world.state) == START + 60
        world.run_until(60.0)
        assert being_checked(world) == ["worker1"]
        report(world, "worker1")
        assert next_deadline(world.state) is None

    def test_m5_another_policy_counts_from_the_last_check(self) -> None:
        world = World(hourly(1))
        world.send(commands.Tick())
        report(world, "worker1", facts=CheckedFacts(system="Linux"))
        often = {"default": replace(HOURLY, every=600.0)}
        world.now = START + 100
        world.send(commands.LoadModel(replace(hourly(1), machine_policies=often)))
        assert next_deadline(world.state) == START + 600
        never = {"default": replace(HOURLY, every=None)}
        world.send(commands.LoadModel(replace(hourly(1), machine_policies=never)))
        assert next_deadline(world.state) is None

    def test_m5_a_need_that_no_check_has_looked_for_is_looked_for_at_once(self) -> None:
        world = World(hourly(1))
        world.send(commands.Tick())
        report(
            world, "worker1", facts=CheckedFacts(system="Linux", tools={"docker": FoundTool("/bin/docker")})
        )
        assert next_deadline(world.state) == START + 3600
        needs = model(
            {"go": [script("A", needs=("kubectl>=1.28",))]}, 1, machine_policies={"default": HOURLY}
        )
        world.send(commands.LoadModel(needs))
        world.send(commands.Tick())
        assert being_checked(world) == ["worker1"]

    def test_m5_what_was_cut_short_is_checked_again_when_the_space_is_opened(self) -> None:
        world = World(hourly(2, **engine(max_checks=1)))
        world.send(commands.Tick())
        assert (being_checked(world), waiting(world)) == (["worker1"], ["worker2"])
        world.now += 50
        world.send(commands.Reopen())
        assert (being_checked(world), waiting(world)) == ([], [])
        world.send(commands.Tick())
        assert (being_checked(world), waiting(world)) == (["worker1"], ["worker2"])

    def test_m5_a_machine_that_is_gone_is_forgotten(self) -> None:
        world = World(hourly(2))
        world.send(commands.Tick())
        world.send(commands.LoadModel(hourly(1)))
        assert being_checked(world) == ["worker1"]
        assert "worker2" not in world.state.machines
        report(world, "worker2", **AWAY)
        assert "worker2" not in world.state.health

    def test_m5_a_prediction_checks_nothing(self) -> None:
        world = World(model({"go": [script("A")]}), replace(World(model({})).state, predicted=True))
        world.send(commands.LoadModel(hourly()))
        assert next_deadline(world.state) is None


class TestOnDemand:
    def test_m5_somebody_asks_for_some_or_for_all(self) -> None:
        world = World(model({"go": [script("A")]}))
        world.send(commands.CheckHealth(machines=("worker2",), by="ann", origin="tty"))
        assert being_checked(world) == ["worker2"]
        world.send(commands.CheckHealth(by="ann"))
        assert sorted(being_checked(world)) == ["worker1", "worker2", "worker3"]
        asked = world.happened(events.ChecksQueued)
        assert [(each.machines, each.by) for each in asked] == [
            (("worker2",), "ann"),
            (("worker1", "worker3"), "ann"),
        ]

    def test_m5_a_machine_is_checked_once_at_a_time(self) -> None:
        world = World(model({"go": [script("A")]}, 1))
        for _ in range(3):
            world.send(commands.CheckHealth(machines=("worker1",)))
        assert len(world.happened(events.CheckStarted)) == 1

    @pytest.mark.parametrize(
        ("machines", "reason"),
        [
            (("worker9",), "there is no worker or target “worker9”; did you mean"),
            (("off",), "off is disabled"),
        ],
    )
    def test_m5_what_cannot_be_checked_is_refused(self, machines: tuple[str, ...], reason: str) -> None:
        declared = model({"go": [script("A")]}, 1)
        off = {**declared.workers, "off": Worker(name="Off", enabled=False)}
        world = World(replace(declared, workers=off))
        with pytest.raises(Refused, match=reason):
            world.send(commands.CheckHealth(machines=machines))

    def test_m5_where_there_is_no_machine_that_is_said(self) -> None:
        with pytest.raises(Refused, match="no worker or target to check"):
            World(model({}, 0)).send(commands.CheckHealth())


def test_m5_so_many_are_checked_side_by_side_as_the_model_says() -> None:
    world = World(hourly(3, **engine(max_checks=2)))
    world.send(commands.Tick())
    assert (being_checked(world), waiting(world)) == (["worker1", "worker2"], ["worker3"])
    report(world, "worker2")
    assert (being_checked(world), waiting(world)) == (["worker1", "worker3"], [])


def test_m5_checks_take_nothing_that_runs_need() -> None:
    world = World(hourly(1, **engine(task_cap=1, max_parallelism=1)))
    world.send(commands.Tick())
    name = world.start("go")
    world.run_out()
    assert world.run(name).state == "succeeded"
    assert being_checked(world) == ["worker1"]


def test_m5_a_report_on_what_is_not_being_checked_counts_for_nothing() -> None:
    world = World(hourly(1))
    assert report(world, "worker1", **AWAY) == ()


def test_w4_a_machine_that_cannot_be_reached_is_passed_over_with_the_reason() -> None:
    """W4, W8, M4: until a check reaches it again."""
    world = World(model({"go": [script("A")]}))
    world.send(commands.CheckHealth(machines=("worker1",)))
    report(world, "worker1", **AWAY)
    name = world.start("go")
    (pick,) = world.state.runs[name].selection.picks
    assert pick.worker == "worker2"
    assert [(each.worker, each.reason) for each in pick.rejected] == [
        ("worker1", "unavailable: no route to host")
    ]
    world.run_until(60.0)
    report(world, "worker1", health="has-warnings", warnings=("old kernel",))
    world.run_until(70.0)
    name = world.start("go")
    assert world.state.runs[name].selection.picks[0].worker == "worker3"
    world.run_until(80.0)
    name = world.start("go")
    assert world.state.runs[name].selection.picks[0].worker == "worker1"


def test_w11_where_none_can_be_reached_the_run_says_why() -> None:
    world = World(model({"go": [script("A")]}, 1))
    world.send(commands.CheckHealth())
    report(world, "worker1", **AWAY)
    name = world.start("go")
    assert world.run(name).reason.endswith("no worker is eligible: worker1 is unavailable: no route to host")


def test_m1_machines_that_wait_for_a_passphrase_are_checked_once_it_is_given() -> None:
    world = World(hourly())
    world.send(commands.Tick())
    for name, key in (
        ("worker1", "~/.ssh/deploy"),
        ("worker2", "~/.ssh/other"),
        ("worker3", "~/.ssh/deploy"),
    ):
        report(world, name, locked_key=key, **AWAY)
    assert locked_keys(world.state) == {
        "~/.ssh/deploy": ("worker1", "worker3"),
        "~/.ssh/other": ("worker2",),
    }
    with pytest.raises(Refused, match="no worker or target waits for the passphrase of"):
        world.send(commands.GivePassphrase(key="~/.ssh/none", passphrase="correct horse"))
    told = world.send(commands.GivePassphrase(key="~/.ssh/deploy", passphrase="correct horse", by="ann"))
    assert isinstance(told[0], events.PassphraseGiven)
    assert "horse" not in repr(told)
    assert being_checked(world) == ["worker1", "worker3"]
    assert list(locked_keys(world.state)) == ["~/.ssh/other"]
    report(world, "worker1", locked_key="~/.ssh/deploy", **AWAY)  # it was a wrong one
    assert locked_keys(world.state)["~/.ssh/deploy"] == ("worker1",)
    report(world, "worker3")
    assert machine_health(world.state, "worker3").locked_key == ""


def test_w12_a_machine_that_is_still_provisioned_is_not_checked() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    with pytest.raises(commands.Refused, match="setup-1 cannot be checked: there is no machine yet"):
        world.send(commands.CheckHealth(machines=("setup-1",)))
