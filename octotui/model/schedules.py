"""Schedules: cron expressions by which the clock starts runs."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from octotui.model.complaints import Keys, Reason, Report
from octotui.model.space import Model, Schedule

FIELDS = 5
VALUES = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": "1 to 31 or L, and one that its months have",
    "month": "1 to 12 or JAN to DEC",
    "day-of-week": "0 to 7 or SUN to SAT",
}
"""The values that a field of a cron expression takes, by CronSim's name of the field."""
SAMPLE = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))


def upcoming(schedule: Schedule, after: float) -> Iterator[float]:
    """Yield the times (seconds since 1970) after `after` at which a valid schedule is due."""
    times = CronSim(schedule.cron, datetime.fromtimestamp(after, ZoneInfo(schedule.timezone)))
    return (moment for each in times if (moment := each.timestamp()) > after)


def explained(schedule: Schedule) -> str:
    """Describe a cron expression in words: `At 03:00 every day, Europe/Berlin`."""
    return f"{CronSim(schedule.cron, SAMPLE).explain()}, {schedule.timezone}"


def check_schedules(model: Model, report: Report) -> None:
    """Report invalid cron expressions, time zones and channels."""
    for slug, schedule in model.schedules.items():
        at: Keys = ("schedules", slug)
        if (problem := wrong_times(schedule.cron)) is not None:
            report((*at, "cron"), problem)
        if not is_zone(schedule.timezone):
            advice = 'write one such as "Europe/Berlin"'
            report((*at, "timezone"), f'There is no time zone "{schedule.timezone}"; {advice}.')
        if schedule.project is not None and schedule.environment is None:
            report(at, "A release is deployed to an environment; say which one.")
        _check_channel(model, schedule, at, report)


def _check_channel(model: Model, schedule: Schedule, at: Keys, report: Report) -> None:
    project = model.projects.get(schedule.project or "")
    if project is not None and schedule.channel not in (None, project.default_channel, *project.channels):
        report((*at, "channel"), f'{project.name} has no channel "{schedule.channel}".')


def wrong_times(cron: str) -> Reason | None:
    """Return the problem of a cron expression, or None."""
    if len(cron.split()) != FIELDS:
        return f'Expected minute, hour, day, month and weekday, such as "0 3 * * *", not "{cron}".'
    try:
        next(CronSim(cron, SAMPLE))
    except CronSimError as error:
        field = str(error).lower().removeprefix("bad ")
        return f'"{cron}" has a wrong {field.replace("-", " ")}; expected {VALUES.get(field, "another")}.'
    except StopIteration:
        return f'"{cron}" names a time that never comes.'
    return None


def is_zone(name: str) -> bool:
    """Return whether a time zone of that name exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
