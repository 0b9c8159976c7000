"""Small models with everything in them that can meet: locks, tags, packages, people, limits, children."""

from random import Random

from msgspec.structs import replace

from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.model.machines.health_policy import DEFAULT_POLICY, ON_DEMAND, MachinePolicy
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import HealthCheck, Manual, Rolling, Runbook, Step
from octotui.model.space import (
    Channel,
    Engine,
    Environment,
    Lifecycle,
    Model,
    OnLostWorker,
    Phase,
    Pool,
    Project,
    Schedule,
    Scope,
    Target,
    Tenant,
    Value,
    Worker,
)
from octotui.model.values import Prompt
from tests.world import child, manual, model, packages, script

ENVIRONMENTS = ("development", "test", "staging")
TENANTS = {
    "contoso": Tenant(name="Contoso", tags=("region/west",)),
    "fabrikam": Tenant(name="Fabrikam"),
}
PACKAGES = (("tools",), ("image", "tools"), ("tools", "image"), ("image@1.2.0",))


def random_model(random: Random) -> Model:
    """Two to five runbooks on four pools; a runbook starts only later ones, so that none goes on for ever."""
    count = random.randint(2, 5)
    runbooks = {f"r{index}": _runbook(random, index, count) for index in range(count)}
    made = model(runbooks, workers=random.randint(1, 3))  # type: ignore[arg-type]
    names = made.pools["setup"].workers
    lost: list[OnLostWorker] = [random.choice(("fail", "reselect", "reselect", "wait")) for _ in range(4)]
    setup = replace(made.pools["setup"], on_lost_worker=lost[0])
    pools = {
        **made.pools,
        "setup": setup,
        "alone": Pool(name="Alone", workers=names[:1], exclusive=True, on_lost_worker=lost[1]),
        "each": Pool(name="Each", workers=tuple(reversed(names)), affinity="step", on_lost_worker=lost[2]),
        "plain": Pool(name="Plain", workers=("plain1",), containers=False, on_lost_worker=lost[3]),
    }
    pools["hosted"] = Pool(name="Hosted", dynamic=_dynamic(random), on_lost_worker=lost[0])
    where = Value(value="setup", kind="pool", scope=Scope(environment=ENVIRONMENTS[:2]))
    anywhere = (where, Value(value="each", kind="pool")) if random.random() < 0.7 else (where,)
    return replace(
        made,
        pools=pools,
        environments=made.environments | {"staging": Environment(name="Staging", guided_failure="on")},
        workers=_workers(random, made.workers | {"plain1": Worker(name="plain1")}),
        projects={"shop": _project(random, count)},
        lifecycles={"standard": _lifecycle(random)},
        variable_sets={"bundles": {"Url": (Value(value="nowhere"),)}},
        tenants=TENANTS,
        variables={"Where": anywhere, "Greeting": (Value(value="hello #{Octopus.Environment.Name}"),)},
        engine=_limits(random),
        targets=_targets(random, TARGETS),
        schedules=SCHEDULES,
        machine_policies={"often": MachinePolicy(name="Often", every=20.0)},
    )


def elsewhere(model: Model) -> Model:
    """The same space with all workers on other machines."""
    workers = model.workers.items()
    return replace(model, workers={name: replace(each, endpoint=f"ssh://{name}") for name, each in workers})


def _dynamic(random: Random) -> DynamicPool:
    """Machines that come and go within a walk."""
    return DynamicPool(
        provider="command",
        image=random.choice(("old", "new")),
        provision=("up",),
        destroy=("down",),
        idle=random.choice((0.0, 5.0, 20.0)),
        max_age=random.choice((10.0, 60.0)),
        warm=random.choice((0, 0, 0, 1)),
        max=random.choice((1, 1, 2)),
        timeout=random.choice((3.0, 30.0)),
        limit=random.choice((8.0, 100.0)),
        unreachable_limit=random.choice((None, 0.0)),
    )


def changed(random: Random, before: Model) -> Model:
    """The same space after somebody edited its file."""
    runbooks = dict(before.runbooks)
    if random.random() < 0.3 and len(runbooks) > 1:
        del runbooks[random.choice(sorted(runbooks))]
    projects = {} if random.random() < 0.1 else before.projects
    pools = dict(before.pools)
    if random.random() < 0.2:
        pools["setup"] = replace(pools["setup"], workers=pools["setup"].workers[1:])
    if "hosted" in pools and random.random() < 0.5:
        pools["hosted"] = replace(pools["hosted"], dynamic=_dynamic(random))
    if random.random() < 0.1:
        pools.pop("hosted", None)
    workers = _workers(random, before.workers)
    return replace(
        before,
        runbooks=runbooks,
        projects=projects,
        pools=pools,
        workers=workers,
        engine=_limits(random),
        targets=_targets(random, before.targets),
    )


def calmed(model: Model) -> Model:
    """The same space, in which no machine is disabled, and none is checked by time."""
    cold = {
        slug: replace(each, dynamic=replace(each.dynamic, warm=0)) if each.dynamic else each
        for slug, each in model.pools.items()
    }
    return replace(
        model,
        pools=cold,
        machine_policies={DEFAULT_POLICY: ON_DEMAND},  # also of clusters
        workers={name: replace(each, enabled=True, policy=None) for name, each in model.workers.items()},
        targets={name: replace(each, enabled=True, policy=None) for name, each in model.targets.items()},
    )


def _limits(random: Random) -> Engine:
    return Engine(
        task_cap=random.randint(1, 5),
        max_parallelism=random.randint(1, 3),
        built_in_worker=random.random() < 0.8,
        max_checks=random.randint(1, 3),
    )


def _workers(random: Random, workers: dict[str, Worker]) -> dict[str, Worker]:
    return {
        name: replace(
            each,
            enabled=random.random() < 0.93,
            exclusive=random.random() < 0.3,
            policy=random.choice((None, None, None, "often")),
            unreachable_limit=random.choice((None, 0.0, 0.0, 0.0)),
        )
        for name, each in workers.items()
    }


def _project(random: Random, count: int) -> Project:
    channels = {"stable": Channel(name="Stable"), "hot": Channel(name="Hot", versions={"tools": "[1.0,2.0)"})}
    deployment = replace(_runbook(random, 0, count), concurrency=random.choice((None, None, "t1")))
    some = tuple(_narrowed(random, step) for step in deployment.steps)
    return Project(deployment=replace(deployment, steps=some), lifecycle="standard", channels=channels)


def _narrowed(random: Random, step: Step) -> Step:
    """A step that may apply to less, may be required, and publishes what it can."""
    step = replace(
        step,
        tenant_tags=random.choice(((), (), (), (), ("region/west",))),
        channels=random.choice(((), (), (), (), ("hot",))),
        required=random.random() < 0.3,
    )
    return replace(step, publish={"Url": "bundles"}) if step.needs_worker else step


def _lifecycle(random: Random) -> Lifecycle:
    phases = [Phase(name=each, environments=(each,), optional=random.random() < 0.4) for each in ENVIRONMENTS]
    return Lifecycle(name="Standard", phases=tuple(phases[: random.randint(1, 3)]))


SCHEDULES = {
    "a": Schedule(name="A", cron="* * * * *", runbook="r0", environment="test"),
    "b": Schedule(name="B", cron="* * * * *", project="shop", environment="development"),
}
TARGETS = {
    "web1": Target(name="Web 1", roles=("web",)),
    "web2": Target(name="Web 2", roles=("web", "all")),
    "web3": Target(name="Web 3", roles=("web", "all"), environments=("test", "staging")),
    "db1": Target(name="DB 1", roles=("db", "all")),
    "worker1": Target(name="Also a worker", roles=("db",)),
}


def _targets(random: Random, targets: dict[str, Target]) -> dict[str, Target]:
    return {
        name: replace(
            each,
            enabled=random.random() < 0.95,
            unreachable_limit=random.choice((None, None, 0.0, 3.0)),
            kubernetes=_cluster(random) if name in ("web2", "web3", "db1") else None,
        )
        for name, each in targets.items()
    }


def _cluster(random: Random) -> Kubernetes | None:
    """A cluster on whose behalf workers of any pool do the work, or none."""
    pool = random.choice((None, "setup", "alone", "each", "plain", "hosted"))
    return Kubernetes(context="staging", pool=pool) if random.random() < 0.3 else None


def _runbook(random: Random, index: int, count: int) -> Runbook:
    steps = [_step(random, f"Step {place}", index, count) for place in range(random.randint(1, 4))]
    tags = (None, None, None, "t1", "t1", "t2", "t-#{Octopus.Environment.Name}")
    return Runbook(
        name=f"R{index}",
        steps=tuple(steps),
        concurrency=random.choice(tags),
        time_limit=random.choice((None, None, None, 6.0, 20.0)),
        guided_failure=random.choice(("environment", "environment", "on", "off")),
        unavailable_targets=random.choice(("fail", "skip")),
        priority=random.random() < 0.3,
    )


def _step(random: Random, name: str, index: int, count: int) -> Step:
    common = {
        "start": random.choice(("after-previous", "with-previous")),
        "condition": random.choice(("success", "success", "success", "failure", "always")),
        "enabled": random.random() < 0.95,
        "environments": random.choice(((), (), (), ("test",))),
    }
    kind = random.choice(("script", "script", "script", "child", "child", "manual", "targets", "rolling"))
    if kind == "manual":
        teams = random.choice(((), ("finance",), ("finance", "anyone")))
        block = random.random() < 0.3
        step = manual(name, teams, "Go on, #{Greeting} #{Who}?", block_concurrent=block, **common)
        return replace(step, action=_question(random, step.action))  # type: ignore[arg-type]
    common |= _place(random) | {
        "retries": random.choice((0, 0, 0, 1, 2)),
        "backoff": random.choice((0.0, 1.0, 3.0)),
        "time_limit": random.choice((None, None, None, 0.0, 4.0)),
    }
    if kind in ("targets", "rolling"):
        return _on_targets(random, name, common, rolling=kind == "rolling")
    if kind == "child" and index + 1 < count:
        runbook = f"r{random.randint(index + 1, count - 1)}"
        environment = random.choice((None, None, *ENVIRONMENTS))
        step = child(name, runbook, environment=environment, wait=random.random() < 0.6, **common)
        given = {"Size": "#{Size}", "Key": "#{Key}x"} if environment is not None else {}
        return replace(step, action=replace(step.action, variables=given))
    common["wait_limit"] = random.choice((None, None, None, 0.0, 2.0))
    return script(name, **common)


FIELDS = {
    "Size": Prompt(kind="select", options=("small", "large"), default="small"),
    "Key": Prompt(kind="sensitive", required=False),
}


def _question(random: Random, manual: Manual) -> Manual:
    """A question that may want several people, may expire, and has something to fill in."""
    free = manual.teams != ("finance",)
    return replace(
        manual,
        approvals=random.choice((1, 1, 2)) if free else 1,
        not_requester=free and random.random() < 0.3,
        expires=random.choice((None, None, 3.0, 30.0)),
        on_expiry=random.choice(("abort", "proceed")),
        fields=FIELDS if random.random() < 0.4 else {},
    )


def _on_targets(random: Random, name: str, common: dict[str, object], *, rolling: bool) -> Step:
    """A step with roles: scripts, a health check, or child steps."""
    target = {
        "roles": random.choice((("web",), ("web", "db"), ("all",), ("nothing",))),
        "window": random.choice((None, None, 1, 2)),
        "on": random.choice(("target", "target", "worker-for-each-target")),
        "shared": random.random() < 0.2,
    }
    if target["window"] == 2:
        target["condition"] = '#{if Octopus.Machine.Id == "web1"}True#{/if}'
    if not rolling:
        step = script(name, **(common | target))
        check = HealthCheck(unhealthy=random.choice(("fail", "exclude")))
        return replace(step, action=check, on="target") if random.random() < 0.3 else step
    conditions = ("success", "success", "failure", "always", "#{if Octopus.Machine.Id == 'web1'}True#{/if}")
    children = tuple(
        script(
            f"{name}.{place}",
            **(
                common
                | {"on": target["on"], "condition": random.choice(conditions), "start": "after-previous"}
            ),
        )
        for place in range(random.randint(1, 3))
    )
    kept = {key: common[key] for key in ("start", "condition", "enabled", "environments")}
    return Step(name=name, action=Rolling(steps=children), **(kept | target | {"on": "target"}))


def _place(random: Random) -> dict[str, object]:
    pool = random.choice(("setup", "setup", "setup", "alone", "each", "plain", "hosted", None, "?"))
    where = {"pool": None, "pool_variable": "Where"} if pool == "?" else {"pool": pool}
    needed = packages(*random.choice(PACKAGES)) if random.random() < 0.3 else ()
    container = "image" if random.random() < 0.03 else None
    needs = ("docker>=22",) if random.random() < 0.1 else ()
    inside = {"runs_contained": random.random() < 0.5} if container else {}
    return {**where, "packages": needed, "container": container, "needs": needs, **inside}
