"""Dates parsed and formatted as in .NET, culture en-US."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

TOKEN = re.compile(r"d+|M+|y+|h+|H+|m+|s+|f+|F+|t+|z+|K|'[^']*+'|\"[^\"]*+\"|\\.|%.|.", re.DOTALL)
SHORT, LONG, HOURS = "M/d/yyyy", "dddd, MMMM d, yyyy", "h:mm tt"
SECONDS = "h:mm:ss tt"
STANDARD = {
    "d": SHORT,
    "D": LONG,
    "t": HOURS,
    "T": SECONDS,
    "f": f"{LONG} {HOURS}",
    "F": f"{LONG} {SECONDS}",
    "g": f"{SHORT} {HOURS}",
    "G": f"{SHORT} {SECONDS}",
    "m": "MMMM d",
    "M": "MMMM d",
    "y": "MMMM yyyy",
    "Y": "MMMM yyyy",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
READ = tuple(
    f"{day}{time}"
    for day, time in product(
        (
            "%m/%d/%Y",
            "%Y/%m/%d",
            "%Y-%m-%d",
            "%d %b %Y",
            "%d %B %Y",
            "%b %d, %Y",
            "%B %d, %Y",
            "%A, %B %d, %Y",
        ),
        ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p"),
    )
)


def read_date(text: str) -> datetime | None:
    """Parse a date and time, with an optional offset, or return None."""
    text = text.strip()
    if not 6 <= len(text) <= 64:
        return None
    try:
        return datetime.fromisoformat(re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", text))
    except ValueError:
        pass
    if text.endswith(" GMT"):
        date = _read(text, "%a, %d %b %Y %H:%M:%S GMT")
        return date and date.replace(tzinfo=UTC)
    return next((date for form in READ if (date := _read(text, form))), None)


def write_date(date: datetime, form: str) -> str | None:
    """Format a date in a .NET format, standard or custom; None for an unknown format."""
    if len(form) < 2:
        if form in {"u", "r", "R"} and date.tzinfo is not None:
            date = date.astimezone(UTC)
        standard = STANDARD.get(form or "G")
        return None if standard is None else write_date(date, standard)
    return "".join(_token(date, token) for token in TOKEN.findall(form))


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _token(date: datetime, token: str) -> str:
    first, size = token[0], len(token)
    if first in "'\"":
        return token[1:-1] if size > 1 else ""
    if first == "\\":
        return token[1:]
    if first == "%":
        return _token(date, token[1:]) if size > 1 and token[1] != "%" else ""
    writer = WRITERS.get(first)
    return writer(date, size) if writer else token


def _day(date: datetime, size: int) -> str:
    name = DAYS[date.weekday()]
    return f"{date.day:0{size}}" if size < 3 else name[:3] if size == 3 else name


def _month(date: datetime, size: int) -> str:
    name = MONTHS[date.month - 1]
    return f"{date.month:0{size}}" if size < 3 else name[:3] if size == 3 else name


def _year(date: datetime, size: int) -> str:
    return f"{date.year % 100:0{size}}" if size < 3 else f"{date.year:0{min(size, 9)}}"


def _fraction(date: datetime, size: int) -> str:
    return f"{date.microsecond:06}0"[: min(size, 7)]


def _offset(date: datetime, size: int) -> str:
    offset = (date if date.tzinfo else date.astimezone()).utcoffset() or timedelta()
    minutes = abs(int(offset.total_seconds())) // 60
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:0{min(size, 2)}}" + (f":{minutes % 60:02}" if size > 2 else "")


def _kind(date: datetime, size: int) -> str:
    if date.tzinfo is None:
        return "" * size
    return "Z" if date.tzinfo is UTC else _offset(date, 3)


WRITERS = {
    "d": _day,
    "M": _month,
    "y": _year,
    "h": lambda date, size: f"{date.hour % 12 or 12:0{min(size, 2)}}",
    "H": lambda date, size: f"{date.hour:0{min(size, 2)}}",
    "m": lambda date, size: f"{date.minute:0{min(size, 2)}}",
    "s": lambda date, size: f"{date.second:0{min(size, 2)}}",
    "f": _fraction,
    "F": lambda date, size: _fraction(date, size).rstrip("0"),
    "t": lambda date, size: ("AM" if date.hour < 12 else "PM")[:size],
    "z": _offset,
    "K": _kind,
}
