"""The part of a State that outlives runs removed from the journal."""

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from rpds import HashTrieMap

from octotui.engine.state.durations import Durations
from octotui.engine.state.machine_health import MachineHealth, check_deadline, loss_deadline
from octotui.engine.state.machine_leases import (
    MachineLease,
    lease_deadline,
    wait_deadline,
    with_machines,
    without_machines,
)
from octotui.engine.state.records import Health
from octotui.engine.state.releases import Release
from octotui.engine.state.sorted_sequence import SortedSequence
from octotui.engine.state.state import Published, State

DURATIONS = ("durations", "earlier_durations")
MAPS = (
    "cursors", "health", "machines", "machine_leases", "releases", "newest", "current", "published",
    "schedules", "missed", *DURATIONS,
)  # fmt: skip


class RetainedState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """State that outlives runs; restored when RunsRemoved is replayed, whatever was folded before."""

    next_run: int
    next_interruption: int
    releases_created: int
    cursors: dict[str, str] = {}
    health: dict[str, Health] = {}
    machines: dict[str, MachineHealth] = {}
    machine_leases: dict[str, MachineLease] = {}
    next_lease: int = 1
    releases: dict[str, Release] = {}
    newest: dict[str, str] = {}
    current: dict[str, str] = {}
    published: dict[str, Published] = {}
    schedules: dict[str, float] = {}
    missed: dict[str, str] = {}
    durations: dict[str, Durations] | UnsetType = UNSET  # where the events that are left say them
    earlier_durations: dict[str, Durations] | UnsetType = UNSET


def retained_state(state: State, *, durations: bool = True) -> RetainedState:
    """Extract the retained part of a State; without durations where no removed event is needed for them."""
    names = [name for name in MAPS if durations or name not in DURATIONS]
    maps = {name: dict(sorted(getattr(state, name).items())) for name in names}
    return RetainedState(
        next_run=state.next_run,
        next_interruption=state.next_interruption,
        releases_created=state.releases_created,
        next_lease=state.next_lease,
        **maps,
    )


def restored(state: State, kept: RetainedState) -> State:
    """Replace the retained part of a State."""
    known = {name: getattr(kept, name) for name in MAPS}
    maps = {name: HashTrieMap(value) for name, value in known.items() if value is not UNSET}
    return replace(
        state,
        model=with_machines(without_machines(state.model, state.machine_leases), kept.machine_leases),
        next_run=kept.next_run,
        next_interruption=kept.next_interruption,
        releases_created=kept.releases_created,
        next_lease=kept.next_lease,
        **maps,
        **_lines(state, kept),
    )


def _lines(state: State, kept: RetainedState) -> dict[str, SortedSequence]:
    """Return the deadlines with those of machines, and the lines of checks: their events may be removed."""
    others = (each for each in state.deadlines if "/" not in each[1] or each[1].startswith(wait_deadline("")))
    own = [(each.due, check_deadline(name)) for name, each in kept.machines.items()]
    own += [(each.limit, loss_deadline(name)) for name, each in kept.machines.items()]
    own += [(each.due, lease_deadline(name)) for name, each in kept.machine_leases.items()]
    queue = ((each.ticket, name) for name, each in kept.machines.items() if each.ticket is not None)
    checks = ((each.checking, name) for name, each in kept.machines.items() if each.checking is not None)
    return {
        "deadlines": SortedSequence((*others, *(each for each in own if each[0] is not None))),
        "check_queue": SortedSequence(tuple(queue)),
        "checks": SortedSequence(tuple(checks)),
    }
