"""Values in JSON, also the lenient kind with bare names and single quotes, and paths into them."""

import re
from collections.abc import Callable
from decimal import Decimal

# Matches whole strings first, so that nothing inside a string is taken for a bare name.
LOOSE = re.compile(r""""(?:[^"\\]|\\.)*+"|'((?:[^'\\]|\\.)*+)'|([A-Za-z_$][\w$-]*+)(?=\s*+:)""", re.DOTALL)


def looks_like_json(text: str) -> bool:
    """Return whether a text may be an array or object in JSON."""
    return text.lstrip()[:1] in {"[", "{"}


def decoded(text: str) -> object:
    """Decode an array or object in JSON, or return None."""
    if not looks_like_json(text):
        return None
    import json  # noqa: PLC0415 - few values are JSON

    for strict in (True, False):
        try:
            value = json.loads(text if strict else LOOSE.sub(_strict, text))
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, list | dict) else None
    return None


def value_at(text: str, path: list[str], decode: Callable[[str], object] = decoded) -> str | None:
    """Return the value at a path into a JSON text: `""` for a missing part, None if not traversable."""
    value: object = text
    for name in path:
        if isinstance(value, str):
            value = decode(value)
        match value:
            case dict():
                value = value.get(name, "")
            case list() if re.fullmatch(r"\d{1,9}", name):
                value = value[int(name)] if int(name) < len(value) else ""
            case _:
                return None
    return written(value)


def written(value: object) -> str:
    """Format a JSON value as text of a result."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value)
        case float():
            return number(value)
        case _:
            import json  # noqa: PLC0415 - as above

            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def number(value: float) -> str:
    """Format a number as .NET does: no `.0`, and from 16 digits on an exponent such as `E+20`."""
    if abs(value) >= 1e15:
        return f"{Decimal(repr(value)).normalize():E}"
    if value.is_integer():
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    return f"{mantissa.removesuffix('.0')}E{exponent[0]}{exponent[1:].rjust(2, '0')}"


def _strict(match: re.Match[str]) -> str:
    quoted, name = match.groups()
    if quoted is not None:
        return '"' + quoted.replace("\\'", "'").replace('"', '\\"') + '"'
    return f'"{name}"' if name else match.group()
