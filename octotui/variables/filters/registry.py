"""All filters, by case-insensitive name, and their cost in work."""

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
USUAL_WORK = 2048, 4
WORK: dict[str, tuple[int, int]] = {
    **dict.fromkeys(dates.FILTERS, (80_000, 120)),
    **dict.fromkeys(escaping.FILTERS, (2048, 200)),
    **dict.fromkeys(("Markdown", "MarkdownToHtml"), (40_000, 1500)),
    "UriPart": (2048, 40),
    **dict.fromkeys(("Match", "Replace"), (2048, 100)),
}
"""The work of a filter: for a call, and for each character of its text and arguments."""
LINK_WORK = 4  # for each character of Markdown and each address in it
PATTERN_WORK = 1600  # for each character of a pattern, to compile it
UNKNOWN_WORK = 20_000  # to suggest a name


def work_of(name: str, given: FilterArguments) -> int:
    """Return an upper bound of the work to apply a filter, in units of the budget."""
    written = WRITTEN.get(name.lower())
    if written is None:
        return UNKNOWN_WORK
    call, each = WORK.get(written, USUAL_WORK)
    size = len(given.text or "") + sum(map(len, given.options))
    work = call + each * size
    if searches(name):
        return work + PATTERN_WORK * sum(map(len, given.options[:1]))
    return work + LINK_WORK * size * (given.text or "").count("://") if "Markdown" in written else work


def searches(name: str) -> bool:
    """Return whether a filter searches for a pattern, whose work cannot be bounded beforehand."""
    return name.lower() in ("match", "replace")


def is_null(name: str) -> bool:
    """Return whether this is the filter `Null`, which discards a value."""
    return name.lower() == NULL.lower()


def apply(name: str, given: FilterArguments, answerable: bool, note: Callable[[str], None]) -> str | None:
    """Apply a filter, or return None on failure, which is noted if `answerable`."""
    written = WRITTEN.get(name.lower())
    if written is None:
        note(no_such_filter(name))
        return None
    try:
        answer = FILTERS[written](given)
    except (ValueError, ArithmeticError, RecursionError):
        answer = None  # such as a date out of range
    if answer is None and answerable and written != NULL:
        call = " ".join((written, *(f'"{option}"' for option in given.options)))
        note(f"The filter {call[:80]} has no answer here.")
    return answer


def no_such_filter(name: str) -> str:
    """Return the sentence for an unknown filter, with the nearest name."""
    return f"There is no filter {name[:40]}{_near(name)}"


def _near(name: str) -> str:
    import difflib  # noqa: PLC0415  (only for one who mistyped)

    near = difflib.get_close_matches(name[:40].lower(), WRITTEN, n=1, cutoff=0.7)
    return f"; did you mean {WRITTEN[near[0]]}?" if near else "."
