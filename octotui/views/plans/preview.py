"""A plan in a few lines, as it stands below a choice."""

from collections.abc import Iterator

from octotui.engine.plans.start_plan import PlannedStep, StartPlan
from octotui.views.labels import counted
from octotui.views.plans.comparison import end_of
from octotui.views.plans.step_text import cell_of, sentences, title_of
from octotui.views.text.clock_times import Zone


def preview(plan: StartPlan, title: str, most: int, zone: Zone = None) -> Iterator[str]:
    """Yield a head, and at most so many lines of steps and waits; the last one says what is left out."""
    yield f"{title}: {end_of(plan, zone)}"
    lines = list(_lines(plan, zone))
    shown = lines if len(lines) <= most else lines[: most - 1]
    yield from shown
    if len(lines) > len(shown):
        yield f"and {counted(len(lines) - len(shown), 'more line')}"


def _lines(plan: StartPlan, zone: Zone) -> Iterator[str]:
    """Yield what the run waits for, then each step on a worker, with its waits."""
    yield from (each for each in sentences(plan, plan.whole, zone) if each.startswith("waits"))
    for step in plan.steps:
        if step.worker is not None:
            yield from _of_step(plan, step, zone)


def _of_step(plan: StartPlan, step: PlannedStep, zone: Zone) -> Iterator[str]:
    cell = cell_of(plan, step)
    yield f"{cell.worker}  {cell.time}  {title_of(step)}"
    yield from (f"  {each}" for each in sentences(plan, step, zone) if each.startswith("waits"))
