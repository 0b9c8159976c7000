"""The times of `since` and `until`, in the local zone."""

import re
from datetime import datetime, timedelta

from octotui.model.quantities import QuantityError, seconds

_CLOCK = r"\d\d?:\d\d(?::\d\d)?"
_TIME = re.compile(
    rf"(?P<date>\d{{4}}-\d\d-\d\d|today|yesterday)(?:[T ](?P<time>{_CLOCK}))?|(?P<clock>{_CLOCK})", re.ASCII
)
_DAY = timedelta(days=1)
FORMS = '"8h", "14:02", "yesterday" or "2026-01-31T14:02"'


class MomentError(ValueError):
    """A text that says no time; its sentence says what one looks like."""


def moment(text: str, now: float) -> float:
    """Parse a time into seconds since 1970: `8h` ago, `14:02`, a date, `yesterdayT18:00`.

    A time of day is the last one that has been; a date alone is its beginning. Raises MomentError.
    """
    try:
        return now - seconds(text)
    except QuantityError:
        pass
    said = _TIME.fullmatch(text)
    if said is None:
        raise MomentError(f"expected a time such as {FORMS}, not “{text}”")
    try:
        present = datetime.fromtimestamp(now)
        time = said["time"] or said["clock"] or "00:00"
        found = datetime.fromisoformat(f"{_date(said['date'], present)} {time:0>5}")
        if not said["date"] and found > present:
            found -= _DAY
        return found.timestamp()
    except (ValueError, OverflowError, OSError):
        raise MomentError(f"no calendar has the time “{text}”") from None


def _date(said: str | None, present: datetime) -> str:
    if said in (None, "today", "yesterday"):
        return (present - (_DAY if said == "yesterday" else 0 * _DAY)).date().isoformat()
    return str(said)
