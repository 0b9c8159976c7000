"""The life of a machine lease: provisioned, reached, used, and destroyed, each until it is done (W12)."""

import re
from collections.abc import Mapping
from itertools import chain

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.decide.cancel import cancel
from octotui.engine.decide.machines.cluster_checks import clusters_of
from octotui.engine.decide.machines.health_checks import queue_checks
from octotui.engine.decide.machines.machine_demand import (
    held,
    is_in_use,
    is_superfluous,
    next_names,
    reference_of,
    replenish,
    usable,
)
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import AnyEvent
from octotui.engine.state import MachineLease, State, is_lost, machine_health
from octotui.engine.state.machine_leases import leases_in_order, terms_now
from octotui.model.complaints import Reason, did_you_mean
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.model.machines.endpoints import CONTAINER, ENDPOINT, LOCAL, place
from octotui.model.machines.host_keys import host_key_problem
from octotui.model.quantities import duration
from octotui.model.space import Target, Worker

SOON, LATE = 10.0, 600.0  # seconds until a provider that has failed is tried again; doubled each time
LONGEST = 200  # characters of a provider's id
ID = r"[A-Za-z0-9/][A-Za-z0-9_.:/@-]*"  # never an option of the command that is given it
ASKED = "the request says"
FARTHEST = 400  # characters of an endpoint: a host has at most 253


def report_machine(turn: Transaction, report: commands.ReportMachine) -> None:
    """Record what came of provisioning; a report on a lease that waits for none is stale."""
    lease = turn.state.machine_leases.get(report.lease)
    if lease is None or lease.phase != "requested":
        return
    problem = report.problem or _unusable(turn.state, lease, report.machine, report.endpoint)
    problem = problem or host_key_problem(report.host_key, report.endpoint)
    if problem:
        due = turn.at + _pause(lease)
        turn.emit(events.ProvisioningFailed(lease=lease.id, reason=problem, due=due))
        return
    due = turn.at + lease.terms.timeout
    turn.emit(
        events.MachineProvisioned(
            lease=lease.id,
            machine=report.machine,
            endpoint=report.endpoint,
            due=due,
            host_key=report.host_key,
        )
    )


def report_destroyed(turn: Transaction, report: commands.ReportDestroyed) -> None:
    """Record what came of destroying a machine; one that could not be destroyed is tried again."""
    lease = turn.state.machine_leases.get(report.lease)
    if lease is None or lease.phase != "ending":
        return
    if report.problem:
        due = turn.at + _pause(lease)
        turn.emit(events.DestroyFailed(lease=lease.id, reason=report.problem, due=due))
    else:
        turn.emit(events.MachineDestroyed(lease=lease.id))


def _pause(lease: MachineLease) -> float:
    """Return for how long a provider that fails again is left alone (exponential back-off)."""
    return float(min(LATE, SOON * 2.0 ** min(lease.failures, 10)))


def _unusable(
    state: State, lease: MachineLease, machine: str, endpoint: str, said: str = "its provider says"
) -> Reason:
    """Return why what somebody `said` is not a machine for this lease, or `""`."""
    if len(machine) > LONGEST or re.fullmatch(ID, machine) is None:
        return f"{said} no id of a machine, of 1 to {LONGEST} letters, digits and -_.:/@ in it"
    if re.fullmatch(ENDPOINT, endpoint) is None:
        return f'{said} no endpoint such as "ssh://user@host:22"'
    if lease.terms.provider == "container" and endpoint != f"{CONTAINER}{machine}":
        return f"a machine of pool {lease.pool} is a container: its endpoint is {CONTAINER} and its id"
    return _taken(state, lease.pool, lease.id, machine, endpoint)


def _taken(state: State, pool: str, name: str, machine: str, endpoint: str) -> Reason:
    """Return which lease, worker or target has a machine already, or `""`; predicted ones are all here."""
    if len(endpoint) > FARTHEST:
        return f"its endpoint has more than {FARTHEST} characters"
    if endpoint == LOCAL and not state.predicted:
        return f'"{LOCAL}" is this machine, which no pool leases: say a way such as "ssh://user@host:22"'
    where = place(endpoint) if endpoint != LOCAL else None
    for other in state.machine_leases.values():
        same_id = other.pool == pool and other.machine == machine
        if other.id != name and (same_id or place(other.endpoint) == where):
            return f"{machine} at {endpoint} is the machine of {other.id} already"
    tables: tuple[Mapping[str, Worker | Target], ...] = (state.model.workers, state.model.targets)
    for slug, declared in chain.from_iterable(table.items() for table in tables):
        if place(declared.endpoint) == where and not _is_of(state, slug):
            return f"{machine} at {endpoint} is {slug} of the model already"
    return ""


def _is_of(state: State, worker: str) -> bool:
    return any(each.worker == worker for each in state.machine_leases.values())


def lease_due(turn: Transaction, name: str) -> None:
    """Try again what has failed, or end a machine whose time has come."""
    lease = turn.state.machine_leases[name]
    match lease.phase:
        case "requested" if is_superfluous(turn.state, lease):
            _end(turn, lease, f"no run waits for it any more, and {lease.problem}")
        case "requested":
            turn.emit(events.ProvisioningRetried(lease=name))
        case "starting":
            why = machine_health(turn.state, lease.worker).reason or "it does not answer"
            _end(turn, lease, f"it was not ready within {duration(lease.terms.timeout)}: {why}")
        case "ending":
            turn.emit(events.DestroyRetried(lease=name))
        case "ready":
            _end_or_keep(turn, lease)
        case "draining":
            pass  # it ends with the last run


def _end_or_keep(turn: Transaction, lease: MachineLease) -> None:
    terms, in_use = terms_now(turn.state.model, lease), is_in_use(turn.state, lease)
    if turn.at >= _oldest(lease, terms):
        _retire(turn, lease, f"it is {duration(terms.max_age)} old")
    elif in_use or not is_superfluous(turn.state, lease):
        idle = None if in_use else lease.idle_since
        turn.emit(events.MachineDue(lease=lease.id, due=_oldest(lease, terms), idle_since=idle))
    else:
        _end(turn, lease, f"no run has used it for {duration(terms.idle)}")


def _oldest(lease: MachineLease, terms: DynamicPool) -> float:
    return (lease.provisioned_at or lease.requested_at) + terms.max_age


def _due(state: State, lease: MachineLease, idle_since: float | None) -> float:
    """Return when a machine ends that is ready: idle for so long, unless it is kept, or too old."""
    terms = terms_now(state.model, lease)
    if idle_since is None or not is_superfluous(state, lease):
        return _oldest(lease, terms)
    return min(idle_since + terms.idle, _oldest(lease, terms))


def _retire(turn: Transaction, lease: MachineLease, reason: Reason, by: str = "", origin: str = "") -> None:
    """End a machine, or, where runs lease it, select it no more: it ends with the last of them."""
    if not is_in_use(turn.state, lease):
        _end(turn, lease, reason, by, origin)
    elif lease.phase != "draining":
        turn.emit(events.MachineDraining(lease=lease.id, reason=reason, by=by, origin=origin))


def _end(turn: Transaction, lease: MachineLease, reason: Reason, by: str = "", origin: str = "") -> None:
    turn.emit(events.MachineToBeDestroyed(lease=lease.id, reason=reason, by=by, origin=origin))


def follow_leases(turn: Transaction, event: AnyEvent) -> None:
    """Let machine leases follow what has happened to them, to their runs, and to the model."""
    match event:
        case events.MachineProvisioned() | events.MachineAdopted():
            _reach(turn, turn.state.machine_leases[event.lease])
        case events.MachineReady():
            _check_clusters(turn, turn.state.machine_leases[event.lease].pool)
        case events.MachineChecked(machine=machine) | events.MachineLost(machine=machine):
            _judge(turn, machine)
        case events.ModelLoaded():
            _follow_model(turn)
            replenish(turn)
        case events.RunEnded() | events.RunPaused():
            _follow_use(turn)
        case events.WorkersSelected() | events.WorkerReselected():
            _follow_use(turn)
            replenish(turn)
        case _:
            replenish(turn)


def _reach(turn: Transaction, lease: MachineLease) -> None:
    """Have a machine checked that was provisioned; a prediction, which checks nothing, trusts it."""
    if turn.state.predicted:
        _ready(turn, lease)
    else:
        queue_checks(turn, (lease.worker,))


def _ready(turn: Transaction, lease: MachineLease) -> None:
    terms = terms_now(turn.state.model, lease)
    is_kept = len(usable(turn.state, lease.pool)) <= terms.warm
    oldest = _oldest(lease, terms)
    due = oldest if is_kept else min(turn.at + terms.idle, oldest)
    turn.emit(events.MachineReady(lease=lease.id, due=due))


def _check_clusters(turn: Transaction, pool: str) -> None:
    """Check the clusters that a machine now reaches, if they are checked by time or were not reached."""
    state = turn.state
    due = (
        name
        for name in clusters_of(state, pool)
        if state.health.get(name) == "unavailable"
        or state.model.policy_of(state.model.targets[name]).every is not None
    )
    if not state.predicted:
        queue_checks(turn, tuple(due))


def _judge(turn: Transaction, machine: str) -> None:
    """Use a machine that its check has reached; use one no more that is unavailable or unhealthy."""
    lease = next((each for each in turn.state.machine_leases.values() if each.worker == machine), None)
    if lease is None or lease.shadowed:
        return
    health = turn.state.health.get(machine)
    is_well = health in ("healthy", "has-warnings")
    if lease.phase == "starting" and is_well:
        _ready(turn, lease)
    elif lease.phase == "ready" and not is_well:
        reason = machine_health(turn.state, machine).reason
        _retire(turn, lease, f"it is {health}{f': {reason}' if reason else ''}")


def _follow_model(turn: Transaction) -> None:
    """End the machines that the model has no use for any more; apply its other times."""
    for lease in leases_in_order(turn.state.machine_leases):
        reason = _outdated(turn.state, lease)
        if reason and not lease.is_used_up:
            _retire(turn, lease, reason)
        elif lease.phase == "ready":
            due = _due(turn.state, lease, lease.idle_since)
            if due != lease.due:
                turn.emit(events.MachineDue(lease=lease.id, due=due, idle_since=lease.idle_since))


def _outdated(state: State, lease: MachineLease) -> Reason:
    pool = state.model.pools.get(lease.pool)
    if pool is None:
        return f"pool {lease.pool} is not in the model any more"
    if pool.dynamic is None:
        return f"pool {lease.pool} is not dynamic any more"
    if lease.shadowed:
        return f"the model declares a machine {lease.worker} itself"
    if (pool.dynamic.makes, reference_of(state, pool.dynamic)) != (lease.terms.makes, lease.reference):
        return f"pool {lease.pool} provisions other machines now"
    return ""


def _follow_use(turn: Transaction) -> None:
    """Note which machines runs have begun, or ceased, to lease or need; end those that wait for that."""
    for lease in leases_in_order(turn.state.machine_leases):
        in_use = is_in_use(turn.state, lease)
        if lease.phase == "draining" and not in_use:
            _end(turn, lease, lease.reason, lease.by)
        elif lease.phase == "ready":
            began = turn.at if lease.idle_since is None else lease.idle_since
            idle = None if in_use else began
            due = _due(turn.state, lease, idle)
            if (idle, due) != (lease.idle_since, lease.due):
                turn.emit(events.MachineDue(lease=lease.id, due=due, idle_since=idle))


def destroy_machine(turn: Transaction, command: commands.DestroyMachine) -> None:
    """End a lease because a person says so; one that could not be destroyed is tried again now."""
    known = {each.worker: each.id for each in turn.state.machine_leases.values()}
    lease = turn.state.machine_leases.get(known.get(command.lease, command.lease))
    if lease is None:
        names = [*known.values(), *known]
        meant = did_you_mean(command.lease, names) if names else ", nor any other"
        raise Refused(f"there is no machine lease “{command.lease}”{meant}")
    if lease.phase == "ending":
        if lease.due is None:
            raise Refused(f"{lease.id} is being destroyed already")
        turn.emit(events.DestroyRetried(lease=lease.id))
        return
    if lease.phase == "draining" and not command.now:
        raise Refused(f"{lease.id} ends already, as soon as no run uses it; --now loses what runs there")
    by = f"destroyed by {command.by}" if command.by else "somebody asked for it"
    if command.now and is_in_use(turn.state, lease) and not is_lost(turn.state, lease.worker):
        turn.emit(events.HealthChanged(worker=lease.worker, health="unavailable", reason=by))
        turn.emit(events.MachineLost(machine=lease.worker, reason=by))
    _retire(turn, lease, by, command.by, command.origin)


def forget_machines(turn: Transaction, reason: Reason) -> None:
    """Forget all leases, whose machines are another space's; runs that use one of them are cancelled."""
    for lease in sorted(turn.state.machine_leases.values(), key=lambda each: (len(each.id), each.id)):
        using = [name for _, name in turn.state.leases.get(lease.worker, ())]
        if using:
            turn.emit(events.HealthChanged(worker=lease.worker, health="unavailable", reason=reason))
            turn.emit(events.MachineLost(machine=lease.worker, reason=reason))
        for name in using:
            if turn.run(name).state != "cancelling":
                cancel(turn, name, f"{lease.worker}: {reason}")
        turn.emit(events.MachineDestroyed(lease=lease.id, reason=reason))


def adopt_machine(turn: Transaction, command: commands.AdoptMachine) -> None:
    """Give a machine that is there to a pool. Raises Refused for one that has it, or that is nothing."""
    state = turn.state
    pool = state.model.pools.get(command.pool)
    if pool is None or pool.dynamic is None:
        dynamic = [slug for slug, each in state.model.pools.items() if each.dynamic is not None]
        raise Refused(f"there is no dynamic pool “{command.pool}”{did_you_mean(command.pool, dynamic)}")
    number, name, worker = next_names(state, command.pool, turn.at)
    new = MachineLease(
        id="", name=name, pool=command.pool, worker=worker, terms=pool.dynamic, requested_at=turn.at
    )
    problem = _unusable(state, new, command.machine, command.endpoint, ASKED)
    if problem := problem or host_key_problem(command.host_key, command.endpoint, ASKED):
        raise Refused(f"it cannot be adopted: {problem}")
    if held(state, command.pool) >= pool.dynamic.max:
        raise Refused(f"pool {command.pool} has as many machines as it may: max = {pool.dynamic.max}")
    turn.emit(
        events.MachineAdopted(
            lease=f"lease-{number}",
            number=number,
            name=name,
            pool=command.pool,
            worker=worker,
            terms=pool.dynamic,
            reference=reference_of(state, pool.dynamic),
            machine=command.machine,
            endpoint=command.endpoint,
            host_key=command.host_key,
            due=turn.at + pool.dynamic.timeout,
            by=command.by,
            origin=command.origin,
        )
    )
