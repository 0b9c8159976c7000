"""Machine leases in words: how they stand, their age, when they end, what starting took, their cost (W12)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.state import MachineLease, State
from octotui.engine.state.machine_leases import leases_in_order as in_order
from octotui.model.checks.machines.dynamic_pools import deprecation, image_of
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.views.labels import counted, duration, listed, ordinal
from octotui.views.text.clock_times import Zone, exact_time

WORDS = {
    "requested": "being provisioned",
    "starting": "not reached yet",
    "ready": "is ready",
    "draining": "is draining",
    "ending": "to be destroyed",
}
"""How a lease stands, by phase."""
SHORT = {
    **WORDS,
    "requested": "provisioning",
    "starting": "starting",
    "ready": "ready",
    "draining": "draining",
}
"""The same in a word or two."""


class LeaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One lease; times are in seconds since 1970, `age` and `took` in seconds."""

    lease: str
    name: str
    pool: str
    worker: str
    image: str
    phase: str
    machine: str
    endpoint: str
    age: float
    idle_since: float | None
    due: float | None
    took: float | None
    runs: tuple[str, ...]
    failures: int
    problem: str
    reason: str
    cost: str
    spent: str


def leases_in_order(state: State) -> list[MachineLease]:
    """Return the leases in the order in which they were requested."""
    return in_order(state.machine_leases)


def of_worker(state: State, worker: str) -> MachineLease | None:
    """Return the lease of a worker, or None."""
    return next((each for each in state.machine_leases.values() if each.worker == worker), None)


def destruction(state: State, lease: MachineLease) -> tuple[str, str]:
    """Return the question whether to destroy a machine now, and what becomes of what runs there."""
    runs = [run for _, run in state.leases.get(lease.worker, ())]
    uses = f"{listed(runs, most=4)} {'use' if len(runs) > 1 else 'uses'} it: what runs there is lost."
    return f"Destroy {lease.worker} now, the machine of {lease.id}?", uses if runs else "No run uses it."


def stands(lease: MachineLease, words: Mapping[str, str] = WORDS) -> str:
    """Return how a lease stands, and whether the provider is destroying its machine, or will try it again."""
    return "being destroyed" if lease.phase == "ending" and lease.due is None else words[lease.phase]


def asked_again(lease: MachineLease, now: float) -> str:
    """Return how often and for how long, a provider is asked that has failed: `3rd time, for 12s`; or ""."""
    if not lease.problem or lease.due is not None or lease.asked_at is None:
        return ""
    return f"{ordinal(lease.failures + 1)} time, for {duration(now - lease.asked_at)}"


def lease_row(state: State, lease: MachineLease, now: float) -> LeaseRow:
    """Return the row of a lease."""
    return LeaseRow(
        lease=lease.id,
        name=lease.name,
        pool=lease.pool,
        worker=lease.worker,
        image=lease.terms.image,
        phase=lease.phase,
        machine=lease.machine,
        endpoint=lease.endpoint,
        age=now - lease.requested_at,
        idle_since=lease.idle_since,
        due=lease.due,
        took=lease.took,
        runs=tuple(run for _, run in state.leases.get(lease.worker, ())),
        failures=lease.failures,
        problem=lease.problem,
        reason=lease.reason,
        cost=lease.terms.cost,
        spent=_spent(lease, now),
    )


def plain(row: LeaseRow) -> dict[str, Any]:
    """Return a lease for JSON."""
    return {name: getattr(row, name) for name in row.__struct_fields__} | {"runs": list(row.runs)}


def _spent(lease: MachineLease, now: float) -> str:
    """Return what a machine has cost since it was provisioned: `0.24 EUR` of 0.12 an hour; or `""`."""
    amount, _, unit = lease.terms.cost.partition(" ")
    try:
        hourly = float(amount)
    except ValueError:
        return ""
    since = lease.provisioned_at
    return "" if since is None else f"{hourly * (now - since) / 3600:.2f} {unit}".rstrip()


def sentence(state: State, lease: MachineLease, now: float, zone: Zone = None) -> str:
    """Return a lease in one line: `lease-1  hosted-1 is ready · leased by run-7 · 2h old · …`."""
    return f"{lease.id}  {lease.worker} {' · '.join(facts(state, lease, now, zone))}"


def facts(state: State, lease: MachineLease, now: float, zone: Zone = None) -> list[str]:
    """Return what is known of a lease, from how it stands to what it costs."""
    row = lease_row(state, lease, now)
    return list(
        filter(
            None,
            (
                _standing(state, lease, now, zone),
                _failures(lease, now),
                f"leased by {listed(row.runs, most=4)}" if row.runs else _idle(lease, now),
                f"{duration(row.age)} old",
                _due(lease, now, zone),
                f"was ready after {duration(row.took)}" if row.took is not None else "",
                f"pool {row.pool}",
                f"image {image_of(state.model, lease.terms).name}",
                f"machine {row.machine}" if row.machine and row.machine != row.name else "",
                row.endpoint,
                f"costs {row.cost} an hour" if row.cost else "",
                f"{row.spent} so far" if row.spent else "",
            ),
        )
    )


def _standing(state: State, lease: MachineLease, now: float, zone: Zone) -> str:
    """Return how a lease stands, since when it is provisioned, and why it is not reached, or ends."""
    if lease.phase == "requested":
        return f"{stands(lease)} since {exact_time(lease.requested_at, now, zone)}"
    ends = ", and ends when no run uses it any more" if lease.phase == "draining" else ""
    reason = unreached(state, lease) if lease.phase == "starting" else lease.reason
    return f"{stands(lease)}{ends}{f': {reason}' if reason else ''}"


def unreached(state: State, lease: MachineLease) -> str:
    """Return why the machine of a lease was not reached by its last check, or ""."""
    return state.machines[lease.worker].reason if lease.worker in state.machines else ""


def _failures(lease: MachineLease, now: float) -> str:
    """Return how many tries have failed, and that it is tried again now."""
    if not lease.problem:
        return ""
    again = asked_again(lease, now)
    tried = f", tried a {again}" if again else ""
    return f"{counted(lease.failures, 'failed try', 'failed tries')}{tried}: {lease.problem}"


def _idle(lease: MachineLease, now: float) -> str:
    since = lease.idle_since if lease.phase == "ready" else None
    return "" if since is None else f"idle for {duration(now - since)}"


def _due(lease: MachineLease, now: float, zone: Zone) -> str:
    """Return what comes next, and when: its end, or the next try."""
    if lease.due is None:
        return ""
    what = {"starting": "must answer", "ready": "ends"}.get(lease.phase, "is tried again")
    return f"{what} at {exact_time(lease.due, now, zone)}, in {duration(lease.due - now)}"


def planned_machines(happened: Iterable[AnyEvent], state: State) -> Iterator[str]:
    """Yield which machines a predicted run would wait for; of those kept ready nobody needs to hear."""
    events_so_far = tuple(happened)
    awaited = {
        pool for event in events_so_far if isinstance(event, events.RunAwaitsMachines) for pool in event.pools
    }
    ready = {event.lease: event.at for event in events_so_far if isinstance(event, events.MachineReady)}
    for event in events_so_far:
        if isinstance(event, events.MachineRequested) and event.pool in awaited:
            takes = ready.get(event.lease, event.at) - event.at
            about = f", in about {duration(takes)}" if takes >= 1 else ""
            note = deprecation(state.model, event.terms) or f"image {image_of(state.model, event.terms).name}"
            yield f"a machine of pool {event.pool} would be provisioned{about}: {event.worker}, {note}"


def in_short(state: State, slug: str, dynamic: DynamicPool) -> str:
    """Return the same for a narrow pane: `1/1 provisioning · deprecated`."""
    there = [each for each in leases_in_order(state) if each.pool == slug]
    phases = dict.fromkeys(stands(each, SHORT) for each in there)
    how = f"{len(there)}/{dynamic.max} {listed(phases)}".rstrip()
    return f"{how} · deprecated" if deprecation(state.model, dynamic) else how


def of_pool(state: State, slug: str, dynamic: DynamicPool) -> str:
    """Return how the machines of a pool stand: `1 of 1 machine: lease-1 is ready · image ubuntu`."""
    there = [each for each in leases_in_order(state) if each.pool == slug]
    how = f": {listed((f'{each.id} {stands(each)}' for each in there), most=4)}" if there else ""
    image = f"image {image_of(state.model, dynamic).name}"
    warning = deprecation(state.model, dynamic)
    return " · ".join(
        filter(None, (f"{len(there)} of {counted(dynamic.max, 'machine')}{how}", warning or image))
    )
