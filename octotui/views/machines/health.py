"""The health of workers and targets in words: state, reason, checks, facts, history (M5, M6)."""

import msgspec

from octotui.engine.rules.worker_selection import is_unchecked
from octotui.engine.state import MachineHealth, State, is_lost, machine_health
from octotui.model.machines.endpoints import LOCAL
from octotui.model.quantities import duration as exactly
from octotui.views.labels import HEALTH, Mark, counted, duration, listed
from octotui.views.machines.clusters import facts, way
from octotui.views.text.clock_times import Zone, exact_time

Parts = list[tuple[str, list[str]]]


class HealthRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one machine stands: `latency` in seconds, times in seconds since 1970."""

    machine: str
    name: str
    mark: Mark
    endpoint: str
    reason: str = ""
    warnings: tuple[str, ...] = ()
    since: float | None = None
    checked_at: float | None = None
    latency: float | None = None
    due: float | None = None
    checking: bool = False
    tools: dict[str, str] = {}

    @property
    def word(self) -> str:
        """The state in a word, as JSON has it."""
        return next(name for name, mark in HEALTH.items() if mark is self.mark)


def health_mark(state: State, machine: str) -> Mark:
    """Return the mark of a machine's health: disabled, lost, unknown, or what the last check found."""
    declared = state.model.machine(machine)
    if declared is not None and not declared.enabled:
        return HEALTH["disabled"]
    return HEALTH["lost"] if is_lost(state, machine) else HEALTH[state.health.get(machine, "unknown")]


def health_row(state: State, machine: str) -> HealthRow:
    """Return how a machine stands."""
    known, declared = machine_health(state, machine), state.model.machine(machine)
    tools = known.facts.tools if known.facts is not None else {}
    return HealthRow(
        machine=machine,
        name=machine if declared is None else declared.name,
        mark=health_mark(state, machine),
        endpoint=endpoint(state, machine),
        reason=known.reason,
        warnings=known.warnings,
        since=known.since if known.lost is None else known.lost,
        checked_at=known.checked_at,
        latency=known.latency,
        due=known.due,
        checking=known.is_in_line,
        tools={name: each.version for name, each in tools.items() if each.path},
    )


def endpoint(state: State, machine: str) -> str:
    """Return the way to a machine or cluster, or `""` where that is this machine."""
    declared, cluster = state.model.machine(machine), state.model.cluster_of(machine)
    if cluster is not None:
        return way(cluster)
    return "" if declared is None or declared.endpoint == LOCAL else declared.endpoint


def note(state: State, machine: str) -> str:
    """Return why a machine is not healthy, or that it is being checked, in few words; else `""`."""
    known = machine_health(state, machine)
    if state.health.get(machine, "healthy") != "healthy" and known.reason:
        return known.reason
    return "being checked" if known.checking is not None else ""


def latency(seconds: float | None) -> str:
    """Format the time of an answer: `0.4 ms`, `12 ms`, `1.2 s`."""
    if seconds is None:
        return ""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def sentence(state: State, machine: str, now: float, zone: Zone = None) -> str:
    """Return how a machine stands: `unavailable since 14:02, 3m20s ago: no route to host`."""
    row = health_row(state, machine)
    since = "" if row.since is None else f" since {exact_time(row.since, now, zone)}"
    ago = "" if row.since is None else f", {duration(now - row.since)} ago"
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.mark.word}{since}{ago}{reason}"


def checks(state: State, machine: str, now: float, zone: Zone = None) -> list[str]:
    """Return when a machine was checked last, how quick it was, when it is next, and by which policy."""
    known = machine_health(state, machine)
    lines = [policy(state, machine)]
    if known.checked_at is None:
        awaited = (
            "; runs wait for that where there is no other worker" if is_unchecked(state, machine) else ""
        )
        lines.append(f"was not checked yet{awaited or ', which counts as healthy'}")
    else:
        told = f"checked {exact_time(known.checked_at, now, zone)}, {duration(now - known.checked_at)} ago"
        answered = "" if known.latency is None else f", answered after {latency(known.latency)}"
        lines.append(told + answered)
    if known.failures:
        lines.append(f"did not answer {counted(known.failures, 'time')} in a row")
    if known.checking is not None:
        lines.append(f"is being checked, since {duration(now - known.checking)}")
    elif known.ticket is not None:
        lines.append("waits for its check, since enough others are being checked")
    elif known.due is not None:
        lines.append(f"is checked again {exact_time(known.due, now, zone)}, in {duration(known.due - now)}")
    if known.limit is not None:
        lines.append(f"is lost {exact_time(known.limit, now, zone)}, unless it answers before")
    return lines


def policy(state: State, machine: str) -> str:
    """Return how a machine is checked: `Linux: by a script, every 15m`."""
    declared = state.model.machine(machine)
    if declared is None:
        return "it is not in the model, and is not checked"
    chosen = state.model.policy_of(declared)
    how = "by a script" if chosen.check == "script" else "by a connection"
    if state.model.cluster_of(machine) is not None:
        how = "by kubectl and a script" if chosen.check == "script" else "by kubectl"
    often = "when somebody asks" if chosen.every is None else f"every {exactly(chosen.every)}"
    named = f"{chosen.name}: " if chosen in state.model.machine_policies.values() else ""
    return f"{named}{how}, {often}, within {exactly(chosen.timeout)}"


def found(known: MachineHealth) -> list[str]:
    """Return what the last check found: system, clock, tools with versions, and what is missing."""
    facts = known.facts
    if facts is None:
        return []
    what = " ".join(filter(None, (facts.system, facts.architecture)))
    lines = [what] if what else []
    if abs(facts.ahead) >= 5:
        side = "ahead of" if facts.ahead > 0 else "behind"
        lines.append(f"its clock is {duration(abs(facts.ahead))} {side} this one")
    has = [f"{name} {each.version}".rstrip() for name, each in sorted(facts.tools.items()) if each.path]
    lacks = [name for name, each in sorted(facts.tools.items()) if not each.path]
    lines += [f"has {listed(has, most=40)}"] if has else []
    lines += [f"lacks {listed(lacks, most=40)}"] if lacks else []
    return lines


def paragraphs(state: State, machine: str, now: float, zone: Zone = None) -> Parts:
    """Return headed paragraphs about a machine's health, for `w` and its page."""
    known, reached_by, cluster = (
        machine_health(state, machine),
        endpoint(state, machine),
        facts(state, machine),
    )
    reached = [f"by {reached_by}"] if reached_by and not cluster else cluster
    parts = [
        ("Health", [sentence(state, machine, now, zone), *known.warnings[1:]]),
        ("Checks", [*reached, *checks(state, machine, now, zone)]),
        ("What its last check found", found(known)),
        ("Changes of its health", _history(known, now, zone)),
    ]
    return [(head, lines) for head, lines in parts if lines]


def _history(known: MachineHealth, now: float, zone: Zone) -> list[str]:
    """Return the changes of a machine's health, the newest first."""
    lines = []
    for each in reversed(known.history):
        reason = f": {each.reason}" if each.reason else ""
        lines.append(f"{exact_time(each.at, now, zone)} {HEALTH[each.health].word}{reason}")
    return lines
