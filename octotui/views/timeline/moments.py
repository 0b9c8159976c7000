"""What was at one place of a timeline, in a sentence: who waited for whom, and since when."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from octotui.views.labels import duration, listed, machine_name
from octotui.views.text.clock_times import Zone, exact_time
from octotui.views.timeline.holds import Hold, holding
from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.spans import Span
from octotui.views.waits import may_be_answered_by, work_of


def span_at(spans: Sequence[Span], at: float, now: float) -> Span | None:
    """Return the span of a lane that lasts at a time, or None."""
    index = bisect_right(spans, at, key=lambda span: span.start) - 1
    return spans[index] if index >= 0 and at < max(spans[index].until(now), spans[index].start) else None


def sentence_at(timeline: Timeline, spans: Sequence[Span], at: float, now: float, zone: Zone = None) -> str:
    """Return what a lane shows at a time: `14:02:11 run-14 waited for worker2: run-9 acquired tools …`."""
    time = exact_time(at, now, zone)
    span = span_at(spans, at, now)
    if span is not None:  # a part of the critical path is cut: say how long the whole of it lasted
        span = span_at(timeline.spans[span.job or span.run], at, now) or span
    return f"{time} {'nothing here' if span is None else sentence(timeline, span, at, now)}"


def sentence(timeline: Timeline, span: Span, at: float, now: float) -> str:
    """Return what a span is about, and how long it lasted."""
    lasted = duration(span.until(now) - span.start)
    lasts = f"for {lasted} so far" if span.end is None else f"for {lasted}"
    failed = ", and failed" if span.failed else ""
    what = _of_job(timeline, span, at) if span.job is not None else _of_run(timeline, span, at)
    return f"{span.run} {what} · {lasts}{failed}"


def _of_job(timeline: Timeline, span: Span, at: float) -> str:
    job = timeline.job(span.job or "")
    work = work_of(timeline.state, job)
    where = f" on {machine_name(timeline.state.model, span.worker)}" if span.worker else ""
    match span.kind:
        case "lock":
            return f"waited for {_machine(timeline, span)} for “{work}”{_holders(timeline, span, at)}"
        case "place":
            return f"waited for a place for “{work}”{_others(timeline, span, at)}"
        case "question":
            return f"asked {_asked(timeline, span)}: “{work}”"
        case "outage":
            return f"could not reach {_machine(timeline, span)}, where “{work}” ran"
        case "child":
            return f"waited for {span.child or 'the run'} that “{work}” started"
        case _:
            return f"{_does(span, work)}{where}"


def _does(span: Span, work: str) -> str:
    """Return what a job did on its machine, and not because of it."""
    if span.kind == "acquiring":
        return f"acquired {work}"
    return f"waited before it tried “{work}” again" if span.kind == "retry" else f"ran “{work}”"


def _of_run(timeline: Timeline, span: Span, at: float) -> str:
    title = timeline.run(span.run).title
    match span.kind:
        case "slot":
            return f"{title} waited in the queue{_ahead(timeline, span, at)}"
        case "machine":
            return f"{title} waited for a machine of a dynamic pool"
        case "check":
            return f"{title} waited for the first check of a worker"
        case "scheduled":
            return f"{title} waited for its time"
        case "question":
            return f"{title} was paused: people were asked"
        case "child":
            return f"{title} waited for the runs that it started"
        case "ending":
            return f"{title} was being cancelled"
        case _:
            return f"{title} was executing"


def _machine(timeline: Timeline, span: Span) -> str:
    return machine_name(timeline.state.model, span.worker) if span.worker else "a machine"


def _holders(timeline: Timeline, span: Span, at: float) -> str:
    """Return who used the machine that a job waited for: `: run-9 acquired worker-image`."""
    holds = timeline.holds.machines.get(span.worker or "", [])
    return _told(each for each in holding(holds, at) if each.job != span.job)


def _told(holds: Iterable[Hold]) -> str:
    who = listed(f"{each.run} {each.does}" for each in holds)
    return f": {who}" if who else ""


def _ahead(timeline: Timeline, span: Span, at: float) -> str:
    """Return who had the tag, or the slots, that a run waited for."""
    runs = [each.run for each in holding(timeline.holds.slots, at) if each.run != span.run]
    tag = timeline.holds.tags.get(span.run)
    tagged = [each for each in runs if tag is not None and timeline.holds.tags.get(each) == tag]
    if tagged:
        return f", as {listed(tagged)} held the tag “{tag}”"
    return f", while {listed(runs)} executed" if runs else ""


def _others(timeline: Timeline, span: Span, at: float) -> str:
    """Return which jobs of its run had the places that a job waited for."""
    using = (hold for holds in timeline.holds.machines.values() for hold in holding(holds, at))
    jobs = [each.job for each in using if each.run == span.run]
    names = listed(f"“{work_of(timeline.state, timeline.job(each))}”" for each in jobs)
    return f": {names} ran" if names else ""


def _asked(timeline: Timeline, span: Span) -> str:
    """Return who was asked, and who answered."""
    asked = [each for _, each in timeline.state.interruptions.items() if each.job == span.job]
    if not asked:
        return "people"
    question = max(asked, key=lambda each: each.raised_at)
    said = listed(f"{each.user} said {each.answer}" for each in question.answers)
    teams = may_be_answered_by(timeline.state, question.teams)
    return f"{teams} ({said})" if said else teams
