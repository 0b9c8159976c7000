"""Durations, sizes and rates: parsed to numbers, and formatted back as text."""

import re

DURATION = r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ms|[dhms]))+"
SIZE = r"[1-9][0-9]{0,8}(?:\.[0-9]{1,9})? ?(?:[KMG]i?)?B"
RATE = SIZE + "/s"

_MILLISECONDS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_BYTES = {
    "GiB": 1 << 30,
    "GB": 10**9,
    "MiB": 1 << 20,
    "MB": 10**6,
    "KiB": 1 << 10,
    "KB": 10**3,
    "B": 1,
}


class QuantityError(ValueError):
    """Raised for a text that is no duration, size or rate; shows a valid one."""


def seconds(text: str) -> float:
    """Return the seconds of a duration such as `90s` or `1h30m`, to the millisecond. Raises QuantityError."""
    if not re.fullmatch(DURATION, text):
        raise QuantityError(f'Expected a duration such as "90s", "15m" or "1h30m", not "{text}".')
    parts = re.findall(r"([0-9.]+)(ms|[dhms])", text)
    return round(sum(float(number) * _MILLISECONDS[unit] for number, unit in parts)) / 1000


def duration(value: float) -> str:
    """Format seconds as the shortest text, such as `1h30m`; `seconds` reads it back exactly."""
    left = round(value * 1000)
    text = ""
    for unit in ("h", "m", "s", "ms"):
        count, left = divmod(left, _MILLISECONDS[unit])
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def bytes_per_second(text: str) -> int:
    """Return the bytes per second of a rate such as `64 KiB/s`, at least one. Raises QuantityError."""
    if not re.fullmatch(RATE, text):
        raise QuantityError(f'Expected a rate such as "64 KiB/s" or "1 MB/s", not "{text}".')
    return size_in_bytes(text.removesuffix("/s"))


def rate(value: int) -> str:
    """Format bytes per second in the largest unit that divides them."""
    return f"{size(value)}/s"


def size_in_bytes(text: str) -> int:
    """Return the bytes of a size such as `10 GiB`, at least one. Raises QuantityError."""
    if not re.fullmatch(SIZE, text):
        raise QuantityError(f'Expected a size such as "500 MB" or "10 GiB", not "{text}".')
    unit = text.lstrip("0123456789. ")
    return round(float(text.split(unit, maxsplit=1)[0]) * _BYTES[unit])


def size(value: int) -> str:
    """Format bytes in the largest unit that divides them."""
    unit = next(unit for unit, one in _BYTES.items() if value % one == 0)
    return f"{value // _BYTES[unit]} {unit}"
