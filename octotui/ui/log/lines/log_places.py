"""Places in a log as people write them: a line, a part of it, or a time."""

import re
from datetime import datetime, timedelta

from octotui.ui.log.lines.job_lines import LineSource
from octotui.views.text.clock_times import Zone

_LINE = re.compile(r"\d{1,18}", re.ASCII)
_PART = re.compile(r"(\d{1,3})%", re.ASCII)
_TIME = re.compile(r"(?:(\d{4}-\d\d-\d\d)[ T])?(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
SENTENCE = "is no line, such as 1200 or 50%, and no time, such as 14:02 or 2026-05-31 14:02:11"


class NoPlace(ValueError):
    """A text that is no place of a log; it says what to write instead."""


def line_of(text: str, lines: LineSource, zone: Zone) -> int:
    """Return the line, from 0, that a text names; of a time the first line printed then, or the next.

    A time without a day is the first of its kind after the log begins. Raises NoPlace.
    """
    written = text.strip()
    last = max(0, lines.count - 1)
    if _LINE.fullmatch(written):
        return min(max(0, int(written) - 1), last)
    if part := _PART.fullmatch(written):
        return last * min(100, int(part[1])) // 100
    if time := _TIME.fullmatch(written):
        return min(lines.line_at(_at(time, lines, zone)), last)
    raise NoPlace(f"“{written}” {SENTENCE}")


def _at(time: re.Match[str], lines: LineSource, zone: Zone) -> float:
    began = lines.time_of(0)
    if began is None:
        raise NoPlace("It is not known when these lines were printed: go to a line by its number")
    day, hour, minute, second = time.groups()
    first = datetime.fromtimestamp(began, zone)
    try:
        at = first.replace(hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=0)
        if day:
            date = datetime.strptime(day, "%Y-%m-%d")
            at = at.replace(year=date.year, month=date.month, day=date.day)
    except ValueError:
        raise NoPlace(f"There is no such time as {time.group()}") from None
    ended = lines.time_of(max(0, lines.count - 1)) or began
    later = at + timedelta(days=1)
    return later.timestamp() if not day and at < first and later.timestamp() <= ended else at.timestamp()
