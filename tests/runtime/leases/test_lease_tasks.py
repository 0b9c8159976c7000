"""W12: what the session does for machine leases, and reports."""

import asyncio

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Command, ReportDestroyed, ReportMachine
from octotui.engine.state import State
from octotui.model.machines.dynamic_pools import Image
from octotui.runtime.leases.lease_tasks import LeaseTasks
from octotui.runtime.leases.provider import LeasedMachine, MachineOrder, ProviderError
from tests.leases import TAKES, LeaseWorld, dynamic, hosted
from tests.world import script


class Stub:
    """A provider that waits until it is let go on."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.called: list[tuple[str, MachineOrder]] = []
        self.go = asyncio.Event()

    async def provision(self, order: MachineOrder) -> LeasedMachine:
        self.called.append(("provision", order))
        await self.go.wait()
        if self.problem:
            raise ProviderError(self.problem)
        return LeasedMachine("vm-1", "ssh://vm-1")

    async def destroy(self, order: MachineOrder) -> None:
        self.called.append(("destroy", order))
        if self.problem:
            raise ProviderError(self.problem)


class Session:
    """What the tasks see of a session."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.reports: list[Command] = []
        self.failure: BaseException | None = None

    def report(self, command: Command) -> None:
        self.reports.append(command)

    def fail(self, failure: BaseException) -> None:
        self.failure = failure


def requested(**terms: object) -> LeaseWorld:
    world = LeaseWorld(
        hosted(
            {"go": [script("Work")]}, more={"images": {"ubuntu": Image(name="U", reference="ami-1")}}, **terms
        )
    )
    world.start("go")
    return world


def tasks(stub: Stub, session: Session, forgotten: list[str] | None = None) -> LeaseTasks:
    forget = (forgotten if forgotten is not None else []).append
    return LeaseTasks({"command": stub}, lambda text: text.replace("hunter2", "***"), session, forget)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_w12_a_requested_machine_is_provisioned_and_reported() -> None:
    world, stub = requested(), Stub()
    session = Session(world.state)
    made = tasks(stub, session)
    made.perform(next(each for each in world.events if isinstance(each, events.MachineRequested)))
    await settled()
    (what, order), name = stub.called[0], world.lease().name
    assert (what, order.name, order.pool, order.reference) == ("provision", name, "setup", "ami-1")
    assert session.reports == []
    stub.go.set()
    await settled()
    assert session.reports == [ReportMachine(lease="lease-1", machine="vm-1", endpoint="ssh://vm-1")]
    await made.close()


async def test_w12_v5_what_a_provider_says_of_a_failure_is_masked() -> None:
    world, stub = requested(), Stub("login with hunter2 failed")
    stub.go.set()
    session = Session(world.state)
    made = tasks(stub, session)
    made.resume(world.state)
    await settled()
    assert session.reports == [ReportMachine(lease="lease-1", problem="login with *** failed")]
    await made.close()


async def test_w12_destroying_ends_the_provisioning_first() -> None:
    world, stub = requested(), Stub()
    session = Session(world.state)
    made = tasks(stub, session)
    made.resume(world.state)
    await settled()
    world.send(commands.DestroyMachine(lease="lease-1"))
    session.state = world.state
    made.perform(world.happened(events.MachineToBeDestroyed)[0])
    await settled()
    assert [what for what, _ in stub.called] == ["provision", "destroy"]
    assert session.reports == [ReportDestroyed(lease="lease-1")]
    await made.close()


async def test_w12_a_machine_is_destroyed_by_the_command_it_was_leased_with() -> None:
    world, stub = requested(), Stub()
    world.until(120)
    terms = dynamic(provision=("other-up",), destroy=("other-down",))
    pools = {"setup": replace(world.state.model.pools["setup"], dynamic=terms, workers=())}
    images = {"ubuntu": Image(name="U", reference="ami-2")}
    world.send(commands.LoadModel(replace(world.state.model, pools=pools, images=images)))
    session = Session(world.state)
    made = tasks(stub, session)
    made.perform(world.happened(events.MachineToBeDestroyed)[0])
    await settled()
    ((what, order),) = stub.called
    assert (what, order.terms.destroy, order.reference) == ("destroy", ("down",), "ami-1")
    await made.close()


async def test_w12_a_later_session_goes_on_with_what_an_earlier_one_left() -> None:
    world = requested()
    world.until(120)
    world.unbroken = ["no"]
    world.send(commands.DestroyMachine(lease="lease-1"))
    stub = Stub("no")
    session = Session(world.state)
    made = tasks(stub, session)
    made.resume(world.state)
    await settled()
    assert [(what, order.machine) for what, order in stub.called] == [("destroy", "vm-1")]
    assert session.reports == [ReportDestroyed(lease="lease-1", problem="no")]
    world.until(2)
    again = tasks(stub, Session(world.state))
    again.resume(world.state)
    await settled()
    assert len(stub.called) == 1, "it has its time"
    await made.close()


async def test_w12_the_commands_are_those_of_the_pool_now_or_of_the_lease_where_it_is_gone() -> None:
    world = requested()
    for pools, destroy in (
        (
            {"setup": replace(world.state.model.pools["setup"], dynamic=dynamic(destroy=("mended",)))},
            "mended",
        ),
        ({}, "down"),
    ):
        stub = Stub()
        session = Session(replace(world.state, model=replace(world.state.model, pools=pools)))
        made = tasks(stub, session)
        made.resume(world.state)
        await settled()
        assert stub.called[0][1].terms.destroy == (destroy,)
        await made.close()


async def test_an_error_of_a_provider_that_is_no_failure_ends_the_session() -> None:
    world, stub = requested(), Stub()
    session = Session(world.state)
    made = LeaseTasks({}, str, session, str)
    made.resume(world.state)
    await settled()
    assert isinstance(session.failure, KeyError)
    assert stub.called == []
    with pytest.raises(KeyError):
        raise session.failure


async def test_w12_what_this_session_has_begun_is_not_begun_again_as_it_resumes() -> None:
    """W12: opening a space requests machines first, and then goes on with those of earlier sessions."""
    world, stub = requested(), Stub()
    session = Session(world.state)
    made = tasks(stub, session)
    made.perform(next(each for each in world.events if isinstance(each, events.MachineRequested)))
    await settled()
    made.resume(world.state)
    await settled()
    assert [what for what, _ in stub.called] == ["provision"]
    stub.go.set()
    await settled()
    assert len(session.reports) == 1


async def test_w12_the_worker_of_a_destroyed_machine_is_forgotten() -> None:
    """W12: once it is destroyed, not while that fails."""
    world, stub, forgotten = requested(), Stub("no"), list[str]()
    world.until(TAKES + 5)
    world.unbroken = ["no"]
    world.send(commands.DestroyMachine(lease="lease-1"))
    session = Session(world.state)
    made = tasks(stub, session, forgotten)
    made.perform(next(each for each in world.events if isinstance(each, events.MachineToBeDestroyed)))
    await settled()
    assert session.reports == [ReportDestroyed(lease="lease-1", problem="no")]
    assert forgotten == []
    world.until(60)
    made.perform(next(each for each in world.events if isinstance(each, events.MachineDestroyed)))
    assert forgotten == ["setup-1"]
    await made.close()
