"""Frozen moments of a small space: States made by folding commands, shared by views, screens and pictures."""

from functools import cache
from typing import NamedTuple

import msgspec

from octotui.engine import commands
from octotui.engine.state import Artifact, CheckedFacts, FoundTool, State
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.process import Manual, Runbook, Script, Simulate, Step
from octotui.model.space import Engine, Lifecycle, Model, Phase, Pool, Project, Space, Team, Tenant, Worker
from octotui.model.values import Prompt
from tests.world import START, TARGETS, World, child, manual, model, on_targets, packages, rolling, script

BILL = """\
Four databases cost **2,400 €** a month.

1. Look at the *forecast*
2. Ask whoever owns the budget

Is that `really` what you want?
"""


class Scene(NamedTuple):
    """A State, the moment it is looked at, and the world that leads on from it."""

    state: State
    now: float
    world: World


def takes(seconds: float, result: str = "success") -> Simulate:
    return Simulate(takes=seconds, result=result)  # type: ignore[arg-type]


def kraken(**more: object) -> Model:
    """The space of the README: a pool of three workers, and runbooks that meet in it."""
    names = ("Development", "Test", "Staging", "Production")
    unleash = [
        child(f"Create AWS RDS in {name}", "create-aws-rds", environment=name.lower()) for name in names
    ]
    runbooks: dict[str, object] = {
        "create-aws-rds": Runbook(
            name="Create AWS RDS", steps=(script("Create the instance", simulate=takes(30)),)
        ),
        "unleash": Runbook(name="Unleash the kraken", steps=tuple(unleash)),
        "tame": Runbook(
            name="Tame the kraken",
            steps=(
                script("Build the image", packages=packages("worker-image"), simulate=takes(20)),
                manual("Look at the bill", ("finance",), BILL),
                script("Tag the bill", simulate=takes(10)),
                script("Tell everybody", condition="always", simulate=takes(5)),
            ),
        ),
        "break": Runbook(
            name="Break the kraken",
            steps=(
                script("Poke it", retries=1, backoff=5.0, simulate=takes(4, "failure")),
                script("Feed it", simulate=takes(4)),
                script("Bandage it", condition="failure", simulate=takes(4)),
            ),
        ),
        "nightly": Runbook(
            name="Nightly backup", concurrency="backup", steps=(script("Dump", simulate=takes(60)),)
        ),
    }
    pools = {
        "setup": Pool(name="Setup", workers=("worker1", "worker2", "worker3"), default=True),
        "west": Pool(name="West US", workers=("west1", "west2")),
    }
    workers = {
        name: Worker(name=name, enabled=name != "west2")
        for name in ("worker1", "worker2", "worker3", "west1", "west2")
    }
    declared: dict[str, object] = {
        "space": Space("Kraken", "kraken"),
        "pools": pools,
        "workers": workers,
        "tenants": {"contoso": Tenant(name="Contoso", tags=("region/westus",))},
        "engine": Engine(task_cap=5),
    }
    return msgspec.structs.replace(model(runbooks), **{**declared, **more})  # type: ignore[arg-type]


def _scene(world: World) -> Scene:
    return Scene(world.state, world.now, world)


def idle() -> Scene:
    """Nothing has happened yet."""
    return _scene(World(kraken()))


def seed() -> Scene:
    """The seed example, 12 seconds on: four databases on worker1, worker2, worker3, worker1."""
    world = World(kraken())
    world.start("unleash")
    world.run_until(12)
    return _scene(world)


def lock_wait() -> Scene:
    """run-6 acquires a package on worker1 alone, and run-11 waits there behind it."""
    world = World(kraken())
    world.start("unleash")
    world.run_until(30)
    world.start("tame")
    world.start("tame")
    world.start("tame")
    world.start("tame")
    world.run_until(31)
    return _scene(world)


def asking() -> Scene:
    """run-1 asks finance, 133 seconds ago; nobody has taken the question."""
    world = World(kraken())
    world.start("tame", environment="production", tenant="contoso")
    world.run_until(30)
    world.start("create-aws-rds", environment="test")
    world.run_until(42)
    return _scene(world)


def taken() -> Scene:
    """The same, and bob of finance has the question."""
    world = asking().world
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    world.run_until(48)
    return _scene(world)


def several() -> Scene:
    """Two of operations must agree, not ann, who started it; bob has, and cem has taken the question."""
    fields = {
        "Size": Prompt(label="How large?", kind="select", options=("small", "large"), default="small"),
        "Ticket": Prompt(label="Ticket", help="The number of the change, such as CHG-7."),
        "Token": Prompt(label="Token of the provider", kind="sensitive"),
    }
    action = Manual(
        instructions="Is there **room** for one more?\n\n1. Look at the forecast\n2. Ask the provider",
        teams=("operations",),
        approvals=2,
        not_requester=True,
        expires=4 * 3600.0,
        fields=fields,
    )
    steps = (Step(name="Agree on the size", action=action), script("Create it"))
    teams = {"operations": Team(name="Operations", members=("ann", "bob", "cem", "dora"))}
    world = World(model({"grow": Runbook(name="Grow the kraken", steps=steps)}, teams=teams))
    world.start("grow", environment="production")
    values = {"Size": "large", "Ticket": "CHG-7", "Token": "hunter22"}
    world.run_until(700)
    world.answer("proceed", "the forecast is fine", "bob", values)
    world.send(commands.TakeInterruption(interruption="question-1", user="cem"))
    world.run_until(790)
    return _scene(world)


def approved() -> Scene:
    """The question was answered, and the run goes on with newly selected workers."""
    world = taken().world
    world.send(
        commands.AnswerInterruption(
            interruption="question-1", user="ann", answer="proceed", notes="it is fine"
        )
    )
    world.run_until(52)
    return _scene(world)


def failed() -> Scene:
    """A step failed twice; the one for failures runs."""
    world = World(kraken())
    world.start("break", environment="test")
    world.run_until(15)
    return _scene(world)


def guided() -> Scene:
    """A step failed twice, and asks what to do about it; nobody has taken the question."""
    world = World(kraken())
    world.start("break", environment="test", guided=True)
    world.run_until(40)
    return _scene(world)


def retrying() -> Scene:
    """A step failed once, and waits before its second attempt."""
    world = World(kraken())
    world.start("break", environment="test")
    world.run_until(6)
    return _scene(world)


def cancelling() -> Scene:
    """A run is being cancelled, and its script still runs."""
    world = World(kraken())
    run = world.start("create-aws-rds", environment="production")
    world.run_until(9)
    world.send(commands.CancelRun(run=run, by="ann"))
    world.run_until(9.2)
    return _scene(world)


def telling() -> Scene:
    """A step failed once and then left a file and more to read; the next one is on its way."""
    steps = (
        script("Measure it", retries=2, backoff=5.0, simulate=takes(60)),
        script("Copy the results", simulate=takes(60)),
    )
    world = World(kraken(runbooks={"report": Runbook(name="Report on the kraken", steps=steps)}))
    world.start("report", environment="test")
    world.run_until(4)
    world.report("job-1.1", "failed", reason="the scales are busy", exit_code=75)
    world.run_until(15)
    world.report(
        "job-1.1",
        exit_code=0,
        warnings=("the scales end at 100 t", "the tail was not weighed"),
        highlights=("The kraken weighs 94 t",),
        artifacts=(Artifact("kraken-weight.csv", 12_600),),
    )
    world.run_until(21)
    far = commands.ReportProgress(job="job-1.2", attempt=1, percentage=62, message="94 of 151 files")
    world.send(far)
    return _scene(world)


def turns() -> Scene:
    """Two deployments take turns on the targets of a rolling step: one waits for the other's step."""
    roll = rolling(
        "Replace the servers",
        ("web",),
        on_targets("Stop", simulate=takes(10)),
        on_targets("Install", simulate=takes(20)),
        window=2,
    )
    steps = (roll, on_targets("Change the database", "db", simulate=takes(5)))
    world = World(
        kraken(runbooks={"deploy": Runbook(name="Deploy the kraken", steps=steps)}, targets=TARGETS)
    )
    world.start("deploy", environment="production")
    world.now += 3
    world.start("deploy", environment="production")
    world.run_until(36)
    return _scene(world)


def queued() -> Scene:
    """Two runs fill the cap, one waits for a tag, two for a slot."""
    world = World(kraken(engine=Engine(task_cap=2)))
    world.start("nightly")
    world.start("nightly")
    world.start("create-aws-rds", environment="test")
    world.start("create-aws-rds", environment="staging")
    world.start("tame", environment="production")
    world.run_until(7)
    return _scene(world)


def estimated() -> Scene:
    """Each step has run some times: two run, one waits for their worker, one for a tag."""
    world = World(kraken())
    for number, seconds in enumerate((28.0, 33.0, 30.0, 36.0, 29.0, 31.0)):
        run = world.start("create-aws-rds", environment="test")
        tame = world.start("tame", environment="test") if number > 2 else ""
        world.now += seconds
        world.report(f"job-{run.removeprefix('run-')}.1")
        if tame:
            world.send(commands.CancelRun(run=tame))
            world.run_out()
    for _ in range(3):
        world.start("tame", environment="test")
        world.run_until(world.now - START + 30)
        world.answer()
        world.run_out()
        world.start("nightly")
        world.run_out()
    world.start("nightly")
    world.run_until(world.now - START + 40)
    world.start("create-aws-rds", environment="test")
    world.start("nightly")
    world.run_until(world.now - START + 5)
    world.start("tame", environment="test")
    world.run_until(world.now - START + 5)
    return _scene(world)


def many() -> Scene:
    """Three hundred runs in every state."""
    world = World(kraken())
    for number in range(60):
        world.start(("unleash", "tame", "break", "nightly", "create-aws-rds")[number % 5])
    world.run_until(200)
    return _scene(world)


SCENES = {
    made.__name__: cache(made)
    for made in (
        idle, seed, lock_wait, asking, taken, approved, failed, guided, retrying, telling, cancelling, queued,
        estimated, many,
    )
}  # fmt: skip


def released() -> Scene:
    """Two releases of a shop: one is in Test and going to Production, the other was only made."""
    lifecycle = Lifecycle(
        name="Standard",
        phases=tuple(Phase(name=each.title(), environments=(each,)) for each in ("test", "production")),
    )
    deployment = Runbook(
        name="Shop", description="Sells things", steps=(script("Deploy", simulate=takes(20)), script("Look"))
    )
    world = World(
        kraken(
            projects={"shop": Project(deployment=deployment, lifecycle="standard")},
            lifecycles={"standard": lifecycle},
        )
    )
    world.send(commands.CreateRelease(process="shop", version="1.2.0"))
    world.start("shop", release="1.2.0", environment="test")
    world.run_out()
    world.send(commands.CreateRelease(process="shop", version="1.3.0"))
    world.start("shop", release="1.2.0", environment="production")
    world.now += 7
    return _scene(world)


def deployed() -> Scene:
    """Three projects in four environments: for tenants, failed, executing, asking; and runbooks."""
    places = ("development", "test", "staging", "production")
    lifecycles = {
        "standard": Lifecycle(
            name="Standard",
            phases=tuple(Phase(name=each.title(), environments=(each,)) for each in places[1:]),
        ),
        "anywhere": Lifecycle(name="Anywhere"),
    }

    def project(name: str, *steps: Step) -> Project:
        return Project(deployment=Runbook(name=name, steps=steps), lifecycle="anywhere")

    projects = {
        "shop": project("Shop", script("Deploy", simulate=takes(20))),
        "billing": project("Billing service", script("Deploy", simulate=takes(5, "failure"))),
        "portal": project("Portal", manual("Look at it", ("finance",), BILL), script("Deploy")),
        "search": Project(deployment=Runbook(name="Search", steps=(script("Deploy"),)), lifecycle="standard"),
    }
    tenants = {slug: Tenant(name=slug.title()) for slug in ("contoso", "fabrikam", "globex")}
    world = World(kraken(projects=projects, lifecycles=lifecycles, tenants=tenants))
    for process, version in (
        ("shop", "2.4.0"), ("shop", "2.5.0-beta.1"), ("billing", "1.0.3"), ("portal", "0.9.0"),
    ):  # fmt: skip
        world.send(commands.CreateRelease(process=process, version=version))
    for tenant in tenants:
        world.start("shop", release="2.4.0", environment="production", tenant=tenant)
    world.start("billing", release="1.0.3", environment="production", tenant="contoso")
    world.start("shop", release="2.4.0", environment="staging")
    world.start("nightly", environment="production")
    world.start("create-aws-rds", environment="test")
    world.start("nightly")
    world.run_out()
    world.now += 2 * 24 * 3600
    world.start("billing", release="1.0.3", environment="test")
    world.start("break", environment="staging")
    world.run_out()
    world.now += 3600
    world.start("shop", release="2.5.0-beta.1", environment="development")
    world.start("billing", release="1.0.3", environment="production", tenant="globex")
    world.start("portal", release="0.9.0", environment="test")
    world.now += 7
    return Scene(world.state, world.now, world)


def asking_elsewhere() -> Scene:
    """The same, but a runbook asks in the last environment, and nothing else does."""
    world = deployed().world
    world.send(commands.CancelRun(run="run-13"))
    world.start("tame", environment="production")
    world.run_until(world.now - START + 60)
    return _scene(world)


def empty() -> Scene:
    """A space in which nothing is declared."""
    return _scene(World(kraken(pools={}, workers={}, runbooks={})))


def unwell() -> Scene:
    """Workers and targets in every state of health, and one that is being checked."""
    away = Worker(name="build2", endpoint="ssh://deploy@build2.example:2222", unreachable_limit=600.0)
    pools = {
        "setup": Pool(
            name="Setup",
            workers=("worker1", "worker2", "worker3", "build2", "off"),
            on_lost_worker="reselect",
        )
    }
    policies = {
        "default": MachinePolicy(
            name="Hourly script", check="script", script=Script(body="true"), every=3600.0, timeout=60.0
        )
    }
    workers = {name: Worker(name=name) for name in ("worker1", "worker2", "worker3")}
    world = World(
        kraken(
            pools=pools,
            workers={**workers, "build2": away, "off": Worker(name="off", enabled=False)},
            machine_policies=policies,
        )
    )
    tools = {"docker": FoundTool("/usr/bin/docker", "24.0.7"), "git": FoundTool("/usr/bin/git", "2.39.5")}
    facts = CheckedFacts(
        system="Linux", architecture="x86_64", ahead=90.0, tools={**tools, "helm": FoundTool()}
    )
    world.send(commands.Tick())
    found: tuple[dict[str, object], ...] = (
        {"machine": "worker1", "health": "healthy", "latency": 0.0004, "facts": facts},
        {
            "machine": "worker2",
            "health": "has-warnings",
            "reason": "the disk is nearly full",
            "latency": 0.002,
        },
        {"machine": "worker3", "health": "unhealthy", "reason": "docker does not answer", "latency": 0.31},
        {"machine": "build2", "health": "unavailable", "reason": "connection refused; next try in 5 s"},
    )
    for each in found:
        world.send(commands.ReportCheck(**each))  # type: ignore[arg-type]
    world.run_until(130)
    world.send(commands.ReportCheck(machine="build2", health="unavailable", reason="connection refused"))
    world.start("create-aws-rds", environment="test")
    world.run_until(140)
    world.send(commands.CheckHealth(machines=("worker1",), by="ann"))
    return _scene(world)


def away() -> Scene:
    """A run whose machine cannot be reached for a while: the job goes on there."""
    far = Worker(name="worker1", endpoint="ssh://deploy@worker1.example")
    world = World(kraken(workers={"worker1": far}))
    world.send(commands.Tick())
    world.send(commands.ReportCheck(machine="worker1", health="healthy"))
    world.run_until(120)
    run = world.start("create-aws-rds", environment="test")
    world.run_until(122)
    reason = "worker1.example refuses connections: see whether sshd runs there, and whether the port is right"
    (job,) = (job for job in world.state.jobs.values() if job.run == run and job.state == "running")
    report = commands.ReportReachability(
        job=job.id, attempt=job.attempt, reason=reason, next_try=world.now + 20
    )
    world.send(report)
    world.send(commands.CheckHealth(machines=("worker1",)))
    world.send(commands.ReportCheck(machine="worker1", health="unavailable", reason=reason))
    world.run_until(127)
    return _scene(world)
