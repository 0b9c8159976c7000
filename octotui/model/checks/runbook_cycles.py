"""Cycles of runbooks that start and await each other: a deadlock of their runs."""

from collections.abc import Iterator

from octotui.model.complaints import Report
from octotui.model.process import Runbook
from octotui.model.space import Model

MOST_NAMED = 20  # runbooks of a cycle


def check_cycles(model: Model, report: Report) -> None:
    """Report the step that closes each cycle, and name the cycle."""
    done: set[str] = set()
    for start in model.runbooks:
        if start not in done:
            _follow(model, [(start, _waits(model.runbooks[start]))], done, report)


def _follow(
    model: Model, trail: "list[tuple[str, Iterator[tuple[int, str]]]]", done: set[str], report: Report
) -> None:
    """Search depth-first from the trail's runbook, visiting each runbook once."""
    depths = {slug: depth for depth, (slug, _) in enumerate(trail)}
    while trail:
        slug, waits = trail[-1]
        index, child = next(waits, (-1, ""))
        if index < 0:
            done.add(slug)
            trail.pop()
            del depths[slug]
        elif child in depths:
            names = [each for each, _ in trail[depths[child] :]]
            more = len(names) - MOST_NAMED
            shown = [*names[:MOST_NAMED], f"{more} more"] if more > 0 else names
            circle = " → ".join([*(f'"{name}"' if name in depths else name for name in shown), f'"{child}"'])
            at = ("runbooks", slug, "steps", index, "runbook")
            report(at, f"Runbooks wait for each other in a circle: {circle}; say wait = false in one step.")
        elif child in model.runbooks and child not in done:
            depths[child] = len(trail)
            trail.append((child, _waits(model.runbooks[child])))


def _waits(runbook: Runbook) -> Iterator[tuple[int, str]]:
    """Yield the index and runbook of each enabled step that waits for its child run."""
    for index, step in enumerate(runbook.steps):
        if step.enabled and step.child_run is not None and step.child_run.wait:
            yield index, step.child_run.runbook
