"""Reading a query: `state:failed env:prod -word since:8h`."""

from octotui.engine.queries.moments import MomentError, moment
from octotui.engine.queries.query import (
    KEYS,
    LONGEST,
    SHOWN,
    STANDINGS,
    STATES,
    Key,
    Query,
    QueryError,
    Term,
    bounded,
)
from octotui.engine.queries.scanner import TypedWord, scan
from octotui.model.complaints import did_you_mean

SYNONYMS = {
    "environment": "env",
    "status": "state",
    "user": "by",
    "requester": "by",
    "who": "by",
    "machine": "worker",
    "process": "runbook",
    "from": "since",
    "after": "since",
    "to": "until",
    "before": "until",
}
"""Keys of other programs, and what they are called here."""
_CLOSED = {"state": (*STATES, *SHOWN), "is": tuple(STANDINGS)}


def parse(text: str, now: float) -> Query:
    """Parse a text into a query; values of one key are alternatives, all else is required.

    Raises QueryError.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a filter has {LONGEST} characters at most")
    found: dict[tuple[str, bool, int], tuple[str, ...]] = {}
    times: dict[str, list[float]] = {"since": [], "until": []}
    for number, word in enumerate(scan(text)):
        if word.key in times:
            times[word.key] += _times(word, now)
        elif not word.key:
            found["word", word.negated, number] = (word.values[0].text.lower(),)
        else:
            at = (word.key, word.negated, -1)
            found[at] = tuple(dict.fromkeys((*found.get(at, ()), *_values(word))))
    terms = (Term(_key(key), values, negated) for (key, negated, _), values in found.items() if any(values))
    return bounded(Query(tuple(terms), min(times["since"], default=None), max(times["until"], default=None)))


def _values(word: TypedWord) -> tuple[str, ...]:
    """Return the validated values of a word with a key."""
    if word.key not in KEYS:
        meant = SYNONYMS.get(word.key)
        nearest = f'; did you mean "{meant}"?' if meant else did_you_mean(word.key, KEYS)
        raise QueryError(f"there is no key “{word.key}”{nearest}")
    values = tuple(each.text for each in word.values if each.text)
    if not values:
        raise QueryError(f"“{word.key}:” needs a value: {KEYS[word.key]}")
    if word.key not in _CLOSED:
        return values
    values = tuple(each.lower().replace(" ", "-") for each in values)  # lists say “timed out”
    for value in values:
        if value not in _CLOSED[word.key]:
            raise QueryError(_unknown(word.key, value))
    return values


def _unknown(key: str, value: str) -> str:
    """Name the key that a wrong value belongs to, or the nearest valid value."""
    other = "is" if key == "state" else "state"
    if value in _CLOSED[other]:
        return f'“{value}” is not a value of “{key}”; did you mean "{other}:{value}"?'
    return f"“{value}” is not a value of “{key}”{did_you_mean(value, _CLOSED[key])}"


def _times(word: TypedWord, now: float) -> list[float]:
    if word.negated:
        other = "until" if word.key == "since" else "since"
        raise QueryError(f"“{word.key}” takes no minus: say {other}: instead")
    try:
        return [moment(each.text, now) for each in word.values]
    except MomentError as error:
        raise QueryError(f"{word.key}: {error}") from None


def _key(key: str) -> Key:
    """Narrow a key's type: it is one of `KEYS`, or `word`."""
    return key  # type: ignore[return-value]
