"""Parsing of start times: a time of day, or a date and time, in UTC or another time zone."""

import re
from datetime import datetime, timedelta, timezone, tzinfo

LATEST = 253_370_764_800.0  # seconds from 1970 to the year 9999, the last that calendars can show

_TIME = re.compile(
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[ T])?(?P<time>\d\d:\d\d(?::\d\d)?)"
    r"(?: ?(?P<offset>Z|[+-]\d\d:\d\d)| (?P<zone>[A-Za-z][\w/+-]*))?",
    re.ASCII,
)
_DAY = timedelta(days=1)


class TimeError(ValueError):
    """Raised for a text that is no start time; shows a valid one."""


def start_time(text: str, now: float) -> float:
    """Parse a time such as `03:00` or `2026-11-23 03:00 Europe/Berlin` to seconds since 1970.

    A time of day means its next occurrence from `now` on. Raises TimeError.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise TimeError(f'Expected a time such as "03:00" or "2026-11-23 03:00 Europe/Berlin", not "{text}".')
    zone = _zone(match["offset"] or match["zone"] or "UTC")
    try:
        today = datetime.fromtimestamp(now, zone).date().isoformat()
        moment = datetime.fromisoformat(f"{match['date'] or today} {match['time']}").replace(tzinfo=zone)
        if not match["date"] and moment.timestamp() < now:
            moment += _DAY
        time = moment.timestamp()
    except (ValueError, OverflowError, OSError):
        raise TimeError(f'No calendar has the time "{text}"; say another one.') from None
    if not 0 <= time < LATEST:
        raise TimeError(f'"{text}" is no time to start at; say one from 1970 on, before the year 9999.')
    return time


def _zone(name: str) -> tzinfo:
    """Return the time zone of a name or an offset. Raises TimeError."""
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[4:])
        if hours < 24 and minutes < 60:
            ahead = timedelta(hours=hours, minutes=minutes)
            return timezone(-ahead if name[0] == "-" else ahead)
    else:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - slow to load

        try:
            return ZoneInfo("UTC" if name == "Z" else name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise TimeError(f'There is no time zone "{name}"; write one such as "Europe/Berlin".')
