"""Times as clocks and calendars show them, in a zone: the one place that turns seconds into a time of day."""

from datetime import datetime, tzinfo

Zone = tzinfo | None
"""Whose clock times are told in; None is that of this machine."""


def clock_time(at: float, now: float, zone: Zone = None) -> str:
    """A time to the minute: `14:02` today, else `Nov 26 14:02`, in another year `Nov 26 2025 14:02`."""
    moment = _moment(at, zone)
    return f"{_day(moment, _moment(now, zone))}{moment:%H:%M}"


def fitting_time(at: float, now: float, width: int, zone: Zone = None) -> str:
    """A time to the minute in at most so many cells, at least 6: the time of day goes first, then the day."""
    text = clock_time(at, now, zone)
    if len(text) <= width:
        return text
    moment = _moment(at, zone)
    shorter = [f"{moment:%b} {moment.day}"]
    if moment.year != _moment(now, zone).year:
        shorter = [f"{moment:%b} {moment.day} {moment.year}", f"{moment:%b} {moment.year}", str(moment.year)]
    return next((each for each in shorter if len(each) <= width), "")


def exact_time(at: float, now: float, zone: Zone = None) -> str:
    """A time to the second where it has any: `14:02:07`; in an hour that there is twice with its zone."""
    moment = _moment(at, zone)
    time_of_day = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    return f"{_day(moment, _moment(now, zone))}{time_of_day}{_which_hour(moment)}"


def zoned_time(at: float, now: float, zone: Zone = None) -> str:
    """A time to the minute with the name of its zone: `03:00 CET`."""
    moment = _moment(at, zone)
    return f"{_day(moment, _moment(now, zone))}{moment:%H:%M}{_zone_name(moment)}"


def time_of_day(at: float, zone: Zone = None) -> str:
    """A time of day without its date: `14:02:07`."""
    return f"{_moment(at, zone):%H:%M:%S}"


def date_and_time(at: float, zone: Zone = None) -> str:
    """A day and a time of day, as `--at` takes them: `2026-11-23 03:00:00`."""
    return f"{_moment(at, zone):%Y-%m-%d %H:%M:%S}"


def is_utc(zone: Zone) -> bool:
    """Whether times are told in UTC though the machine may have another zone."""
    return zone is not None and zone.tzname(datetime.min) == "UTC"


def _day(moment: datetime, present: datetime) -> str:
    """The date in front of a time, and nothing where it is today's."""
    if moment.date() == present.date():
        return ""
    year = f" {moment.year}" if moment.year != present.year else ""
    return f"{moment:%b} {moment.day}{year} "


def _which_hour(moment: datetime) -> str:
    """The name of the zone where clocks are set back and show a time twice: ` CET`."""
    if moment.year in (datetime.min.year, datetime.max.year):
        return ""
    first, second = moment.replace(fold=0), moment.replace(fold=1)
    return "" if first.timestamp() == second.timestamp() else _zone_name(moment)


def _zone_name(moment: datetime) -> str:
    """The name of a moment's zone, after a blank; none at the ends of the calendar."""
    if moment.year in (datetime.min.year, datetime.max.year):
        return ""
    return f" {moment.astimezone(moment.tzinfo):%Z}"


def _moment(at: float, zone: Zone) -> datetime:
    """A time in a zone, or the first or the last that calendars show."""
    try:
        return datetime.fromtimestamp(at, zone)
    except (ValueError, OverflowError, OSError):
        return datetime.max if at > 0 else datetime.min
