"""A plan, or two side by side, as lines of plain text."""

from collections.abc import Iterator, Sequence

from octotui.engine.plans.start_plan import PlannedStep, StartPlan
from octotui.views.plans.comparison import (
    AS_IS,
    IF,
    ComparedStep,
    changes,
    compared,
    difference,
    end_of,
    others,
    unused,
)
from octotui.views.plans.step_text import cell_of, sentences
from octotui.views.text.clock_times import Zone

WIDEST = 46  # of the names of steps


def table(as_is: StartPlan, what_if: StartPlan, zone: Zone = None) -> Iterator[str]:
    """Yield the lines of two plans side by side: a head, steps with what they wait for, the ends."""
    steps = compared(as_is, what_if)
    rows = [(_name(each), *(_cell(*side) for side in _sides(as_is, what_if, each))) for each in steps]
    rows.insert(0, ("", AS_IS, IF))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for row, step in zip(rows, (None, *steps), strict=True):
        yield f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip()
        if step is not None:
            yield from _waits(as_is, what_if, step, zone)
    yield ""
    yield f"{AS_IS}: {end_of(as_is, zone)}"
    sooner = difference(as_is, what_if)
    yield f"{IF}: {end_of(what_if, zone)}{f', {sooner}' if sooner else ''}"
    yield from (f"  {each}" for each in changes(what_if.changed))
    yield from (f"  {each}" for each in unused(what_if))
    yield from (f"  {each}" for each in others(as_is, what_if))


def _sides(
    as_is: StartPlan, what_if: StartPlan, step: ComparedStep
) -> Sequence[tuple[StartPlan, PlannedStep | None]]:
    return (as_is, step.as_is), (what_if, step.what_if)


def _name(step: ComparedStep) -> str:
    name = f"{'  ' * step.depth}{step.title}"
    return name if len(name) <= WIDEST else f"{name[: WIDEST - 1]}…"


def _cell(plan: StartPlan, step: PlannedStep | None) -> str:
    if step is None:
        return "–"
    cell = cell_of(plan, step)
    return "  ".join(filter(None, (cell.worker, cell.time, cell.wait)))


def _waits(as_is: StartPlan, what_if: StartPlan, step: ComparedStep, zone: Zone) -> Iterator[str]:
    """Yield the sentences about waits and failures of a step, once where both plans say the same."""
    told = []
    for name, (plan, side) in zip((AS_IS, IF), _sides(as_is, what_if, step), strict=True):
        texts = () if side is None else sentences(plan, side, zone)
        told.append((name, [each for each in texts if not each.startswith("takes about")]))
    indent = "  " * (step.depth + 2)
    if told[0][1] == told[1][1]:
        yield from (f"{indent}{each}" for each in told[0][1])
        return
    yield from (f"{indent}{name}: {each}" for name, texts in told for each in texts)
