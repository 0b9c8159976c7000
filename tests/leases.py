"""A small world with dynamic pools: virtual time, a provider that does as it is told, its machines."""

import heapq

from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Command
from octotui.engine.events import AnyEvent
from octotui.engine.state import Health, MachineLease, next_deadline
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.model.process import Runbook, Simulate, Step
from octotui.model.space import Model, Pool, Worker
from tests.engine.invariants import check_always, check_settled
from tests.scenes import Scene
from tests.world import World, model, script

TAKES = 60.0  # seconds until a machine is provisioned
MINUTE, HOUR = 60.0, 3600.0


def dynamic(**more: object) -> DynamicPool:
    """The terms of a pool."""
    terms = {"provider": "command", "image": "ubuntu", "provision": ("up",), "destroy": ("down",)}
    return DynamicPool(**{**terms, **more})  # type: ignore[arg-type]


def hosted(
    runbooks: dict[str, list[Step] | Runbook], *, more: dict[str, object] | None = None, **terms: object
) -> Model:
    """A space whose pool `setup` is dynamic."""
    pools = {"setup": Pool(name="Setup", dynamic=dynamic(**terms))}
    return model(runbooks, workers=0, **{"pools": pools, **(more or {})})


class LeaseWorld(World):
    """A world whose provider takes TAKES seconds; `problems` come first, `health` is what checks find."""

    def __init__(self, model: Model) -> None:
        self.later: list[tuple[float, int, Command]] = []
        self.count = 0
        self.problems: list[str] = []
        self.unbroken: list[str] = []  # why machines are not destroyed
        self.said: list[tuple[str, str]] = []  # ids and endpoints to say instead of new ones
        self.health: Health = "healthy"
        self.away: set[str] = set()  # workers that no check reaches
        self.made: dict[str, str] = {}  # the machines that there are, by the name of their lease
        self.provisioned: list[str] = []
        super().__init__(model)

    def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Send a command; what must always hold of a State holds after it."""
        happened = super().send(command)
        check_always(self.state, self.state.model.engine.max_parallelism)
        check_settled(self.state, self.state.model.engine.task_cap)
        return happened

    def _perform(self, event: AnyEvent) -> None:
        super()._perform(event)
        match event:
            case events.MachineRequested() | events.ProvisioningRetried():
                self._provision(self.state.machine_leases[event.lease])
            case events.MachineToBeDestroyed() | events.DestroyRetried():
                self._destroy(self.state.machine_leases[event.lease])
            case events.CheckStarted(machine=machine):
                health: Health = "unavailable" if machine in self.away else self.health
                self._soon(0.1, commands.ReportCheck(machine=machine, health=health, reason="why"))
            case _:
                pass

    def _provision(self, lease: MachineLease) -> None:
        if self.problems:
            self._soon(1.0, commands.ReportMachine(lease=lease.id, problem=self.problems.pop(0)))
            return
        if lease.name not in self.made:
            self.provisioned.append(lease.name)
            self.made[lease.name] = f"vm-{len(self.provisioned)}"
        machine = self.made[lease.name]
        machine, endpoint = self.said.pop(0) if self.said else (machine, f"ssh://{machine}")
        self._soon(TAKES, commands.ReportMachine(lease=lease.id, machine=machine, endpoint=endpoint))

    def _destroy(self, lease: MachineLease) -> None:
        problem = self.unbroken.pop(0) if self.unbroken else ""
        if not problem:
            self.made.pop(lease.name, None)
        self._soon(1.0, commands.ReportDestroyed(lease=lease.id, problem=problem))

    def _soon(self, seconds: float, command: Command) -> None:
        self.count += 1
        heapq.heappush(self.later, (self.now + seconds, self.count, command))

    def step(self) -> bool:
        """Let the next thing in time happen; False where nothing is left."""
        due = next_deadline(self.state)
        times = [each for each in (due, self.running[0][0] if self.running else None) if each is not None]
        if self.later and self.later[0][0] <= min(times, default=self.later[0][0]):
            self.now, _, command = heapq.heappop(self.later)
            self.send(command)
            return True
        return super().step()

    def until(self, seconds: float) -> None:
        """Go on until so many seconds from now."""
        end = self.now + seconds
        while True:
            moments = [next_deadline(self.state), self.running[0][0] if self.running else None]
            moments.append(self.later[0][0] if self.later else None)
            known = [each for each in moments if each is not None]
            if not known or min(known) > end:
                break
            self.step()
        self.now = end

    @property
    def leases(self) -> dict[str, str]:
        """How each lease stands."""
        return {name: each.phase for name, each in sorted(self.state.machine_leases.items())}

    def lease(self, number: int = 1) -> MachineLease:
        """A lease by its number."""
        return self.state.machine_leases[f"lease-{number}"]


def in_every_phase() -> Scene:
    """Dynamic pools whose machines are provisioned, start, are ready, drain, and are destroyed."""
    pools = {
        "hosted": Pool(name="Hosted", workers=("build1", "build2")),
        "gone": Pool(name="Gone", dynamic=dynamic(idle=1.0)),
        "old": Pool(name="Old", dynamic=dynamic(cost="0.12 EUR", image="debian-11")),
        "slow": Pool(name="Slow", dynamic=dynamic()),
        "new": Pool(name="New", dynamic=dynamic(idle=5.0)),
        "odd": Pool(name="Odd", dynamic=dynamic()),
    }
    runbooks: dict[str, list[Step] | Runbook] = {
        slug: Runbook(name=f"Use {slug}", steps=(script("Work", pool=slug),)) for slug in pools
    }
    long = script("Work", pool="old", simulate=Simulate(takes=600.0, result="success"))
    runbooks["old"] = Runbook(name="Use old", steps=(long,))
    declared = model(runbooks, workers=0, pools=pools)
    world = LeaseWorld(replace(declared, workers={each: Worker(name=each) for each in ("build1", "build2")}))
    for _ in range(3):
        world.start("new")
        world.until(100)
    world.unbroken = ["the API of the cloud answers with 503, and says nothing of when it will not"] * 9
    world.start("gone")
    world.start("old")
    world.until(65)
    world.health = "unavailable"
    world.send(commands.CheckHealth(machines=("old-5",)))
    world.start("slow")
    world.until(62)
    world.start("new")
    world.until(14)
    world.problems = ["quota exceeded"]
    world.start("odd")
    world.until(3)
    return Scene(world.state, world.now, world)
