"""Filters on dates, and `Format` for dates and numbers."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from octotui.variables.arithmetic import parsed
from octotui.variables.filters.arguments import Filter, FilterArguments, Options, taking
from octotui.variables.filters.dotnet_dates import read_date, write_date
from octotui.variables.filters.dotnet_numbers import read_number, write_number

ROUND_TRIP = "O"


def now_date(given: FilterArguments, *, utc: bool) -> str | None:
    """Format the current time, local or UTC; takes an optional format and no subject."""
    if given.text is not None or len(given.options) > 1 or given.now is None:
        return None
    date = datetime.fromtimestamp(given.now, UTC) if utc else datetime.fromtimestamp(given.now)
    return write_date(date, given.options[0] if given.options else ROUND_TRIP)


def shifted(unit: str, text: str, options: Options) -> str | None:
    """Add an amount of units to a date; its UTC offset is kept."""
    date, amount = read_date(text), None if "," in options[0] else parsed(options[0])
    if date is None or amount is None or not math.isfinite(amount):
        return None
    try:
        return write_date(date + timedelta(**{unit: amount}), ROUND_TRIP)
    except OverflowError:
        return None


def months_later(text: str, options: Options) -> str | None:
    """Add whole months to a date, clamped to the last day of the month."""
    date, amount = read_date(text), parsed(options[0])
    if date is None or amount is None or not amount.is_integer():
        return None
    year, month = divmod(date.year * 12 + date.month - 1 + int(amount), 12)
    try:
        first = date.replace(year=year, month=month + 1, day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return write_date(first.replace(day=min(date.day, last.day)), ROUND_TRIP)


def formatted(text: str, options: Options) -> str | None:
    """Format a number or else a date; the first of two arguments names the kind."""
    *kinds, form = options
    if kinds:
        writer = KINDS.get(kinds[0].lower())
        return writer(text, form) if writer else None
    number = read_number(text)
    return write_number(number, form) if number is not None else _offset_date(text, form)


def _integer(text: str, form: str) -> str | None:
    number = read_number(text)
    fits = number is not None and number == number.to_integral_value() and abs(number) < 2**31
    return write_number(number or Decimal(), form, integer=True) if fits else None


def _number(text: str, form: str) -> str | None:
    number = read_number(text)
    return None if number is None else write_number(number, form)


def _local_date(text: str, form: str) -> str | None:
    date = read_date(text)
    if date is None:
        return None
    return write_date(date.astimezone().replace(tzinfo=None) if date.tzinfo else date, form)


def _offset_date(text: str, form: str) -> str | None:
    date = read_date(text)
    return None if date is None else write_date(date if date.tzinfo else date.astimezone(), form)


KINDS: dict[str, Callable[[str, str], str | None]] = {
    "int": _integer,
    "int32": _integer,
    "double": _number,
    "decimal": _number,
    "date": _local_date,
    "datetime": _local_date,
    "datetimeoffset": _offset_date,
}
UNITS = {
    "AddSeconds": "seconds",
    "AddMinutes": "minutes",
    "AddHours": "hours",
    "AddDays": "days",
    "AddWeeks": "weeks",
}
FILTERS: dict[str, Filter] = {
    "NowDate": partial(now_date, utc=False),
    "NowDateUtc": partial(now_date, utc=True),
    "Format": taking(formatted, 1, 2),
    "AddMonths": taking(months_later, 1, 1),
    **{name: taking(partial(shifted, unit), 1, 1) for name, unit in UNITS.items()},
}
