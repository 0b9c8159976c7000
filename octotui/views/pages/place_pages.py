"""The pages of a space: of each worker and target, pool and environment, and of the space itself."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from octotui.engine.rules.locks import FREE
from octotui.engine.state import MachineLease, State, in_order
from octotui.views import pools, waits
from octotui.views.estimates.lease_rows import why_not
from octotui.views.estimates.sentences import end_of, of_waits
from octotui.views.labels import JOBS, WAITS, counted, listed, machine_name
from octotui.views.machines import clusters, health
from octotui.views.machines.leases import facts, leases_in_order, of_pool, of_worker
from octotui.views.pages.last_runs import LastRun, RunPlace
from octotui.views.pages.page import (
    DeployedRow,
    JobRow,
    PageLine,
    PageLines,
    PagePlace,
    is_declared,
    pools_of,
    section,
)
from octotui.views.runs import EndedRun
from octotui.views.text.clock_times import Zone

NEVER: Mapping[str, float] = {}  # when workers were used


class PageScope:
    """What a page is made from: a State at a moment, and what has ended in the place, the newest first."""

    def __init__(
        self,
        state: State,
        now: float,
        zone: Zone = None,
        past: Sequence[EndedRun] | None = None,
        last: Mapping[RunPlace, LastRun] | None = None,
    ) -> None:
        """`past` is None while it is looked up; `last` are the last runs of all processes."""
        self.state = state
        self.now = now
        self.zone = zone
        self.past = past
        self.last = last or {}


def page(place: PagePlace, scope: PageScope) -> tuple[PageLine, ...]:
    """Return the lines of a page."""
    is_leased = place.kind == "worker" and of_worker(scope.state, place.slug) is not None
    if not is_leased and not is_declared(scope.state.model, place):
        text = f"The model declares no {place.kind} {place.slug} any more."
        return (PageLine(key="gone", text=text),)
    match place.kind:
        case "space":
            lines = _space(scope)
        case "pool":
            lines = _pool(place.slug, scope)
        case "worker" | "target":
            lines = _machine(place, scope)
        case "environment":
            lines = _environment(place.slug, scope)
    return tuple(lines)


def _space(scope: PageScope) -> PageLines:
    model = scope.state.model
    pool_lines = (_pool_line(scope.state, slug) for slug in pools.shown(model))
    yield from section("Pools", pool_lines, pools.NO_POOLS)
    environments = (
        PageLine(key=f"environment {slug}", text=each.name, place=PagePlace("environment", slug))
        for slug, each in model.environments.items()
    )
    yield from section("Environments", environments)
    targets = (_worker_line(scope.state, pools.TARGETS, slug) for slug in model.targets)
    yield from section("Targets", targets)


def _pool_line(state: State, slug: str) -> PageLine:
    row = pools.pool_row(state.model, slug, state)
    names = pools.members(state.model, slug, state.model.pool(slug))
    busy = sum(1 for name in names if state.locks.get(name, FREE).holders)
    note = " · ".join(
        filter(None, (counted(len(names), "worker"), f"{busy} busy" if busy else "", row.policy))
    )
    return PageLine(key=f"pool {slug}", text=row.name, note=note, place=PagePlace("pool", slug))


def _pool(slug: str, scope: PageScope) -> PageLines:
    state, model = scope.state, scope.state.model
    yield PageLine(key="facts", text=pools.pool_row(model, slug, state).policy or "no worker is declared")
    if (dynamic := model.pool(slug).dynamic) is not None:
        yield PageLine(key="machines", text=of_pool(state, slug, dynamic))
    names, used = pools.members(model, slug, model.pool(slug)), pools.last_used(scope.past or ())
    yield from section("Workers", (_worker_line(state, slug, name, used) for name in names))
    machines = [each for each in leases_in_order(state) if each.pool == slug]
    yield from section("Machines", (line for each in machines for line in _lease(state, each, scope)))
    awaiting = (run for _, run in state.awaiting if slug in state.runs[run].selection.awaits)
    yield from _runs_here("Runs that wait for a machine", awaiting)
    unchecked = (run for _, run in state.awaiting_checks if {*names} & {*state.runs[run].selection.checks})
    yield from _runs_here("Runs that wait for a first check", unchecked)
    leases = dict.fromkeys(run for name in names for _, run in state.leases.get(name, ()))
    yield from _runs_here("Runs that lease its workers", leases, "No run leases a worker of it.")
    yield from _past(scope)


def _worker_line(state: State, slug: str, worker: str, used: Mapping[str, float] = NEVER) -> PageLine:
    row = pools.worker_row(state, slug, worker)
    return PageLine(
        key=f"worker {worker}",
        table="workers",
        row=replace(row, used_at=used.get(worker)),
        place=PagePlace("target" if slug == pools.TARGETS else "worker", worker),
    )


def _lease(state: State, lease: MachineLease, scope: PageScope) -> PageLines:
    """Yield a line that leads to the worker of a lease, and one for each fact."""
    standing, *known = facts(state, lease, scope.now, scope.zone)
    text = f"{lease.id}  {lease.worker} {standing}"
    yield PageLine(key=f"lease {lease.id}", text=text, place=PagePlace("worker", lease.worker))
    pool = f"pool {lease.pool}"
    for at, each in enumerate(each for each in known if each != pool):
        yield PageLine(key=f"lease {lease.id} {at}", text=f"  {each}")


def _machine(place: PagePlace, scope: PageScope) -> PageLines:
    """Yield the lines of a worker or target: state, lock and its queue, and last runs."""
    state, worker = scope.state, place.slug
    lock = state.locks.get(worker, FREE)
    own_pools = pools_of(state.model, worker) if place.kind == "worker" else ()
    lease = of_worker(state, worker) if place.kind == "worker" else None
    if lease is not None:
        own_pools = own_pools or (lease.pool,)
    yield _facts(state, place, own_pools, scope.now)
    if lease is not None:
        known = facts(state, lease, scope.now, scope.zone)
        lines = (PageLine(key=f"lease {at}", text=line) for at, line in enumerate((lease.id, *known)))
        yield from section("Machine lease", lines)
    if place.kind == "target" and state.model.cluster_of(worker) is not None:
        yield from _cluster(worker, scope)
        return
    if judged := of_waits(state, worker):
        yield PageLine(key="estimates", text=f"waits for its lock: {judged}")
    holders = (_job(scope, job) for _, job in lock.holders)
    mode = "exclusive" if lock.exclusive else "shared"
    yield from section(
        f"Lock, held in {mode} mode" if lock.holders else "Lock", holders, "Nobody holds its lock."
    )
    queue = (_job(scope, job) for _, job in lock.queue)
    yield from section(f"Line, {counted(len(lock.queue), 'waits', 'wait')} for its lock", queue)
    yield from _runs_here("Runs that lease it", (run for _, run in state.leases.get(worker, ())))
    yield from section("Pools", (_pool_line(state, slug) for slug in own_pools))
    yield from _health(place.slug, scope)
    if place.kind == "worker":
        yield from _past(scope)


def _health(machine: str, scope: PageScope) -> PageLines:
    """Yield what is known of a machine's health, once it was checked."""
    if machine in scope.state.machines:
        for head, lines in health.paragraphs(scope.state, machine, scope.now, scope.zone):
            told = (PageLine(key=f"{head} {at}", text=line) for at, line in enumerate(lines))
            yield from section(head, told)


def _cluster(target: str, scope: PageScope) -> PageLines:
    """Yield what a Kubernetes target is, and the jobs for it, which have the locks of workers (W13)."""
    state = scope.state
    yield PageLine(key="cluster", text=" · ".join(clusters.facts(state, target)))
    runs = (run for run in in_order(state) if not run.ended)
    jobs = (name for run in runs for _, name in run.progress.open if state.jobs[name].target == target)
    yield from section("Jobs", (_job(scope, name) for name in jobs), "No job is for it.")
    yield from _health(target, scope)


def _facts(state: State, place: PagePlace, own_pools: Sequence[str], now: float) -> PageLine:
    slug = own_pools[0] if own_pools else "" if place.kind == "worker" else pools.TARGETS
    row = pools.worker_row(state, slug, place.slug, now=now)
    word = health.health_mark(state, place.slug).word
    facts = [row.mark.word, f"health: {'not checked yet' if word == 'unknown' else word}"]
    if place.kind == "worker":
        reason = why_not(state, place.slug)
        facts.append("may be selected" if reason is None else f"may not be selected: it is {reason}")
    else:
        facts.append(f"roles: {listed(state.model.targets[place.slug].roles, most=8)}")
    return PageLine(key="facts", text=" · ".join(facts), mark=row.mark)


def _job(scope: PageScope, name: str) -> PageLine:
    """Return the line of a job that holds a lock, or waits for it."""
    state, job = scope.state, scope.state.jobs[name]
    wait = waits.of_job(state, job, scope.now)
    row = JobRow(
        run=job.run,
        title=state.runs[job.run].title,
        step=waits.work_of(state, job),
        mark=WAITS if wait else JOBS[job.state],
        since=wait.since if wait else job.started_at or scope.now,
        until=wait.until if wait else end_of(state, job),
        wait=_why(wait, machine_name(state.model, wait.what)) if wait else "",
    )
    return PageLine(key=f"job {name}", run=job.run, table="jobs", row=row)


def _why(wait: waits.Waiting, machine: str) -> str:
    """Return what a job waits for without the machine, whose page it is, and without the estimate."""
    told = wait.sentence.removeprefix("waits for ").partition(" · about ")[0]
    return told.replace(f"exclusive use of {machine}", "exclusive use", 1).removeprefix(f"{machine}: ")


def _environment(slug: str, scope: PageScope) -> PageLines:
    state, model = scope.state, scope.state.model
    yield PageLine(key="facts", text=f"guided failure: {model.environments[slug].guided_failure}")
    order = {process: at for at, process in enumerate(model.projects)}
    deployed = [
        run for run in scope.last.values() if run.place.environment == slug and run.place.process in order
    ]
    deployed.sort(key=lambda run: (order[run.place.process], run.place.tenant or ""))
    yield from section("Deployed last", (_deployed(run, scope) for run in deployed))
    here = (run.id for run in in_order(state) if run.request.environment == slug and not run.ended)
    yield from _runs_here("Open runs", here, "No run is open here.")
    targets = (
        name for name, each in model.targets.items() if not each.environments or slug in each.environments
    )
    yield from section("Targets", (_worker_line(state, pools.TARGETS, name) for name in targets))
    yield from _past(scope)


def _deployed(run: LastRun, scope: PageScope) -> PageLine:
    model = scope.state.model
    tenant = model.tenants.get(run.place.tenant or "")
    row = DeployedRow(
        project=model.projects[run.place.process].name,
        tenant=tenant.name if tenant else run.place.tenant or "",
        run=run,
    )
    key = f"deployed {'/'.join(map(str, run.place))}"
    return PageLine(key=key, table="deployed", row=row, run=run.id)


def _runs_here(heading: str, names: Iterable[str], empty: str = "") -> PageLines:
    lines = (PageLine(key=f"open {name}", run=name, table="runs") for name in names)
    return section(heading, lines, empty)


def _past(scope: PageScope) -> PageLines:
    """Return the ended runs of a place, newest first; a replay has no index to ask."""
    if scope.state.keep_ended:
        return iter(())
    if scope.past is None:
        return section("Last runs", (), "looking them up …")
    lines = (PageLine(key=f"past {each.id}", run=each.id, table="runs") for each in scope.past)
    return section("Last runs", lines, "No run has ended here.")
