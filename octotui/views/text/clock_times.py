"""Times of day and dates in a zone: the only place that formats times."""

from datetime import datetime, tzinfo

Zone = tzinfo | None
"""The zone in which times are shown; None is that of this machine."""


def clock_time(at: float, now: float, zone: Zone = None) -> str:
    """Format a time to the minute: `14:02`, on another day `Nov 26 14:02`, in another year with that."""
    moment = _moment(at, zone)
    return f"{_day(moment, _moment(now, zone))}{moment:%H:%M}"


def fitting_time(at: float, now: float, width: int, zone: Zone = None) -> str:
    """Format a time to the minute in at most `width` cells (at least 6): the time of day goes first."""
    text = clock_time(at, now, zone)
    if len(text) <= width:
        return text
    moment = _moment(at, zone)
    shorter = [f"{moment:%b} {moment.day}"]
    if moment.year != _moment(now, zone).year:
        shorter = [f"{moment:%b} {moment.day} {moment.year}", f"{moment:%b} {moment.year}", str(moment.year)]
    return next((each for each in shorter if len(each) <= width), "")


def exact_time(at: float, now: float, zone: Zone = None, *, whole_minutes: bool = False) -> str:
    """Format a time to the second: `14:02:07`; in an hour that occurs twice, with its zone.

    With `whole_minutes` a time without seconds goes without them: `14:02`.
    """
    moment = _moment(at, zone)
    time_of_day = f"{moment:%H:%M}" if whole_minutes and not moment.second else f"{moment:%H:%M:%S}"
    return f"{_day(moment, _moment(now, zone))}{time_of_day}{_which_hour(moment)}"


def zoned_time(at: float, now: float, zone: Zone = None) -> str:
    """Format a time to the minute with its zone: `03:00 CET`."""
    moment = _moment(at, zone)
    return f"{_day(moment, _moment(now, zone))}{moment:%H:%M}{_zone_name(moment)}"


def time_of_day(at: float, zone: Zone = None) -> str:
    """Format a time of day without its date: `14:02:07`."""
    return f"{_moment(at, zone):%H:%M:%S}"


def date_and_time(at: float, zone: Zone = None) -> str:
    """Format a date and time as `--at` takes them: `2026-11-23 03:00:00`."""
    return f"{_moment(at, zone):%Y-%m-%d %H:%M:%S}"


def is_utc(zone: Zone) -> bool:
    """Return whether times are shown in UTC by choice."""
    return zone is not None and zone.tzname(datetime.min) == "UTC"


def _day(moment: datetime, present: datetime) -> str:
    """Return the date before a time, or "" for today's."""
    if moment.date() == present.date():
        return ""
    year = f" {moment.year}" if moment.year != present.year else ""
    return f"{moment:%b} {moment.day}{year} "


def _which_hour(moment: datetime) -> str:
    """Return the zone of a time that occurs twice as clocks are set back: ` CET`."""
    if moment.year in (datetime.min.year, datetime.max.year):
        return ""
    first, second = moment.replace(fold=0), moment.replace(fold=1)
    return "" if first.timestamp() == second.timestamp() else _zone_name(moment)


def _zone_name(moment: datetime) -> str:
    """Return a moment's zone after a blank; "" at the ends of the calendar."""
    if moment.year in (datetime.min.year, datetime.max.year):
        return ""
    return f" {moment.astimezone(moment.tzinfo):%Z}"


def _moment(at: float, zone: Zone) -> datetime:
    """Convert a time to a zone, clamped to the calendar's range."""
    try:
        return datetime.fromtimestamp(at, zone)
    except (ValueError, OverflowError, OSError):
        return datetime.max if at > 0 else datetime.min
