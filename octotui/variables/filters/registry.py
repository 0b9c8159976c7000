"""All filters, found by name whatever its case."""

from collections.abc import Callable

from octotui.variables.filters import dates, escaping, search, text, versions_and_uris
from octotui.variables.filters.arguments import Filter, FilterArguments

__all__ = ["FILTERS", "FilterArguments", "apply", "is_null"]

NULL = "Null"
FILTERS: dict[str, Filter] = {
    **text.FILTERS,
    **search.FILTERS,
    **escaping.FILTERS,
    **dates.FILTERS,
    **versions_and_uris.FILTERS,
    NULL: lambda _: None,
}
WRITTEN = {name.lower(): name for name in FILTERS}


def is_null(name: str) -> bool:
    """Whether this is the filter that takes a value away."""
    return name.lower() == NULL.lower()


def apply(name: str, given: FilterArguments, answerable: bool, note: Callable[[str], None]) -> str | None:
    """What a filter makes of what it is given; without an answer None, and a sentence if `answerable`."""
    written = WRITTEN.get(name.lower())
    if written is None:
        note(f"There is no filter {name[:40]}{_near(name)}")
        return None
    answer = FILTERS[written](given)
    if answer is None and answerable and written != NULL:
        call = " ".join((written, *(f'"{option}"' for option in given.options)))
        note(f"The filter {call[:80]} has no answer here.")
    return answer


def _near(name: str) -> str:
    import difflib  # noqa: PLC0415  (only for one who mistyped)

    near = difflib.get_close_matches(name[:40].lower(), WRITTEN, n=1, cutoff=0.7)
    return f"; did you mean {WRITTEN[near[0]]}?" if near else "."
