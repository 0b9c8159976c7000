"""The schedules of a space in words: process, next times, and the last result."""

from itertools import islice

import msgspec

from octotui.engine.state import State
from octotui.model.schedules import explained, upcoming
from octotui.model.space import Model, Schedule
from octotui.views.labels import duration
from octotui.views.runs import where
from octotui.views.text.clock_times import Zone, zoned_time


def schedule_lines(
    state: State, now: float, times: int = 3, zone: Zone = None
) -> list[tuple[str, list[str]]]:
    """Return a head (the process) and lines (the times) for each schedule."""
    return [
        (head(state.model, slug, schedule), [*_lines(state, slug, schedule, now, zone, times)])
        for slug, schedule in state.model.schedules.items()
    ]


class ScheduleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule as JSON; `due` is its last due time, `next` its next ones (seconds since 1970).

    `missed` is why no run could be started when it was due last; `title` and `explanation` are its head,
    and when it is due, in words.
    """

    schedule: str
    name: str
    title: str
    explanation: str
    process: str
    environment: str | None
    tenant: str | None
    cron: str
    timezone: str
    enabled: bool
    due: float | None
    missed: str | None
    next: tuple[float, ...]


def schedule_rows(state: State, now: float, times: int = 3) -> list[ScheduleRow]:
    """Return every schedule, with its next times where it is enabled."""
    return [
        ScheduleRow(
            schedule=slug,
            name=each.name,
            title=head(state.model, slug, each),
            explanation=explained(each),
            process=each.process,
            environment=each.environment,
            tenant=each.tenant,
            cron=each.cron,
            timezone=each.timezone,
            enabled=each.enabled,
            due=state.schedules.get(slug),
            missed=state.missed.get(slug),
            next=tuple(islice(upcoming(each, now), times)) if each.enabled else (),
        )
        for slug, each in state.model.schedules.items()
    ]


def head(model: Model, slug: str, schedule: Schedule) -> str:
    """Return a schedule and its process: `Every night (nightly) · Back up · Production`."""
    process = model.process(schedule.process)
    destination = where(model, schedule.environment, schedule.tenant)
    name = process.name if process else schedule.process
    title = f"newest release of {name}" if schedule.project else name
    called = slug if schedule.name == slug else f"{schedule.name} ({slug})"
    return " · ".join(filter(None, (called, title, destination)))


def _lines(state: State, slug: str, schedule: Schedule, now: float, zone: Zone, times: int) -> list[str]:
    lines = [explained(schedule)]
    if slug in state.missed:
        due = zoned_time(state.schedules[slug], now, zone)
        lines.append(f"did not start a run at {due}: {state.missed[slug]}")
    elif slug in state.schedules:
        lines.append(f"started a run at {zoned_time(state.schedules[slug], now, zone)}")
    if not schedule.enabled:
        return [*lines, "is not enabled"]
    coming = islice(upcoming(schedule, now), times)
    return [*lines, *(f"starts at {zoned_time(at, now, zone)}, in {duration(at - now)}" for at in coming)]
