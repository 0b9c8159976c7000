"""Health checks: planned by machine policies, queued when due or asked for, a few at a time (M5)."""

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.decide.machines.cluster_checks import awaited_pool
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import State, locked_keys, machine_health
from octotui.engine.state.machine_health import MachineHealth, check_deadline
from octotui.model.complaints import did_you_mean
from octotui.model.iteration import tools_needed
from octotui.model.space import Target, Worker

SOON = 60.0  # seconds until a machine that could not be reached is checked again; doubled each time
LATE = 3600.0  # seconds between two such checks at most
AT_ONCE, SLOWLY = 1.0, 15.0  # the same of a machine that is starting


def request_checks(turn: Transaction, command: commands.CheckHealth) -> None:
    """Queue checks of the named machines, or of all that are enabled; those in line already stay there."""
    model = turn.state.model
    known = model.machines
    for name in command.machines:
        machine = known.get(name)
        if machine is None and any(each.worker == name for each in turn.state.machine_leases.values()):
            raise Refused(f"{name} cannot be checked: there is no machine yet, or none any more")
        if machine is None:
            raise Refused(f"there is no worker or target “{name}”{did_you_mean(name, known)}")
        if not _is_checked(turn.state, name, machine):
            raise Refused(f"{name} is disabled, and is not checked: enable it in the model first")
        if (pool := awaited_pool(turn.state, name)) is not None:
            raise Refused(
                f"{name} is checked as soon as the dynamic pool {pool} has a machine: it has none now"
            )
    names = command.machines or _enabled(turn.state)
    if not names:
        raise Refused(
            'there is no worker or target to check: a pool lists workers, such as workers = ["worker1"]'
        )
    queue_checks(turn, tuple(dict.fromkeys(names)), command.by, command.origin)


def _enabled(state: State) -> tuple[str, ...]:
    """Return the machines that are checked where all are to be."""
    enabled = (name for name, each in state.model.machines.items() if each.enabled)
    return tuple(name for name in enabled if awaited_pool(state, name) is None)


def give_passphrase(turn: Transaction, command: commands.GivePassphrase) -> None:
    """Record that a key's passphrase was given, and check the machines that wait for it."""
    waiting = locked_keys(turn.state).get(command.key, ())
    if not waiting:
        raise Refused(f"no worker or target waits for the passphrase of {command.key}")
    turn.emit(events.PassphraseGiven(key=command.key, by=command.by, origin=command.origin))
    queue_checks(turn, waiting)


def _is_checked(state: State, name: str, machine: Worker | Target) -> bool:
    """Return whether a machine is checked: a disabled one where runs wait until it is reached again (M6)."""
    return machine.enabled or (state.health.get(name) == "unavailable" and _is_used(state, name))


def _is_used(state: State, name: str) -> bool:
    """Return whether a run leases a machine, or has a job on it or in its line."""
    return name in state.leases or name in state.locks


def queue_due_checks(turn: Transaction) -> None:
    """Queue the checks that are due, all at once."""
    due = []
    for at, name in turn.state.deadlines:
        if at > turn.at:
            break
        machine = name.removeprefix(check_deadline(""))
        if machine != name:
            due.append(machine)
    queue_checks(turn, tuple(due))


def queue_checks(turn: Transaction, names: tuple[str, ...], by: str = "", origin: str = "") -> None:
    """Queue checks of machines; those in line stay there."""
    idle = tuple(name for name in names if not machine_health(turn.state, name).is_in_line)
    if idle or by:
        turn.emit(events.ChecksQueued(machines=idle, by=by, origin=origin))


def start_checks(turn: Transaction) -> None:
    """Start the checks in line, as long as fewer go on than the model lets.

    Of a cluster whose dynamic pool has no machine nothing can be told.
    """
    while len(turn.state.checks) < turn.state.model.engine.max_checks:
        first = turn.state.check_queue.first()
        if first is None:
            return
        if awaited_pool(turn.state, first[1]) is not None:
            turn.emit(events.ChecksPlanned(due={}, unknown=(first[1],)))
        else:
            turn.emit(events.CheckStarted(machine=first[1]))


def end_check(turn: Transaction, report: commands.ReportCheck) -> None:
    """Record how a check ended, and plan the next; a report on a machine not being checked is stale.

    A machine that is gone is lost at once: whatever ran there does not go on.
    """
    machine = turn.state.model.machine(report.machine)
    before = machine_health(turn.state, report.machine)
    if machine is None or before.checking is None:
        return
    turn.emit(
        events.MachineChecked(
            machine=report.machine,
            health=report.health,
            reason=report.reason,
            warnings=report.warnings,
            latency=report.latency,
            facts=report.facts,
            next_check=_next(turn, machine, report, before),
            limit=_limit(turn, machine, report, before),
            locked_key=report.locked_key,
        )
    )
    if report.gone and before.lost is None and not _is_starting(turn.state, report.machine):
        turn.emit(events.MachineLost(machine=report.machine, reason=report.reason))


def _next(
    turn: Transaction, machine: Worker | Target, report: commands.ReportCheck, before: MachineHealth
) -> float | None:
    """Return when a machine is checked next; one that could not be reached is looked for sooner.

    One that was just provisioned is looked for at once, until its lease says that it does not answer.
    """
    if _is_starting(turn.state, report.machine) and report.health in ("unavailable", "unhealthy"):
        return turn.at + min(SLOWLY, AT_ONCE * 2.0 ** min(before.failures, 10))
    every = turn.state.model.policy_of(machine).every if machine.enabled else None
    if report.health != "unavailable" or not (machine.enabled or _is_used(turn.state, report.machine)):
        return None if every is None else turn.at + every
    pause = min(LATE, SOON * 2.0 ** min(before.failures, 10))
    return turn.at + (pause if every is None else min(pause, every))


def _is_starting(state: State, machine: str) -> bool:
    """Return whether a machine of a dynamic pool was provisioned, and has not been reached yet (W12)."""
    leases = state.machine_leases.values()
    return any(each.worker == machine and each.phase == "starting" for each in leases)


def _limit(
    turn: Transaction, machine: Worker | Target, report: commands.ReportCheck, before: MachineHealth
) -> float | None:
    """Return when a machine that cannot be reached is lost; None where it can, is lost, or never is."""
    if report.health != "unavailable" or machine.unreachable_limit is None or before.lost is not None:
        return None
    was_away = turn.state.health.get(report.machine) == "unavailable" and before.since is not None
    since = before.since if was_away and before.since is not None else turn.at
    return since + machine.unreachable_limit


def plan_checks(turn: Transaction, *, reopened: bool = False) -> None:
    """Plan the next checks by the present model; a space that is `reopened` checks again what was cut short.

    A prediction checks nothing.
    """
    state, machines = turn.state, turn.state.model.machines
    if state.predicted:
        return
    known = sorted(name for name, _ in state.machines.items())
    cut = tuple(name for name in known if name in machines and _is_cut(state, name, reopened=reopened))
    forgotten = tuple(name for name in known if name not in machines)
    unknown = tuple(name for name in known if _became_unknown(state, name))
    due = {name: _due(turn, name, each, is_cut=name in cut) for name, each in machines.items()}
    due = {name: at for name, at in due.items() if at != machine_health(state, name).due}
    if due or cut or forgotten or unknown:
        turn.emit(events.ChecksPlanned(due=due, interrupted=cut, forgotten=forgotten, unknown=unknown))


def _became_unknown(state: State, name: str) -> bool:
    """Return whether something is said of a cluster, and nobody can tell it any more."""
    known = machine_health(state, name)
    says = name in state.health or known.is_in_line or known.due is not None or known.lost is not None
    return says and awaited_pool(state, name) is not None


def _is_cut(state: State, name: str, *, reopened: bool) -> bool:
    """Return whether the check of a machine ended with its session, or is not to begin any more."""
    known, machine = machine_health(state, name), state.model.machine(name)
    is_disabled = machine is not None and not _is_checked(state, name, machine)
    return known.is_in_line if reopened else is_disabled and known.ticket is not None


def _due(turn: Transaction, name: str, machine: Worker | Target, *, is_cut: bool) -> float | None:
    """Return when a machine is to be checked next: where it is late, at once."""
    known, every = machine_health(turn.state, name), turn.state.model.policy_of(machine).every
    if not _is_checked(turn.state, name, machine) or awaited_pool(turn.state, name) is not None:
        return None
    if _is_starting(turn.state, name) and not is_cut:
        return known.due
    if is_cut:
        return turn.at
    if known.is_in_line:
        return None
    if turn.state.health.get(name) == "unavailable":
        return turn.at if known.due is None else known.due
    if every is None:
        return None
    unknown = known.facts is not None and not tools_needed(turn.state.model) <= known.facts.tools.keys()
    if known.checked_at is None or unknown:
        return turn.at if known.due is None else min(turn.at, known.due)
    return known.checked_at + every
