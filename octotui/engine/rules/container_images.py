"""The images of steps: filled in when workers are selected, fixed for a run where a registry is asked."""

from octotui.engine.state import Run, State
from octotui.model.complaints import Reason
from octotui.model.machines.containers import image_problem
from octotui.model.process import OF_IMAGES, Step
from octotui.model.space import Pool
from octotui.variables.budget import text_budget

Image = tuple[str, str]
"""An image, and its digest, or `""` where that is not fixed for the run."""


def filled_image(state: State, run: Run, index: int) -> tuple[str | None, Reason | None]:
    """Return the image that a step's container has in this run, and why it can't be one, or None (W6, S8)."""
    step = run.runbook.steps[index]
    if not step.is_contained or step.container is None or "#{" not in step.container:
        return step.container, None
    from octotui.engine.rules.variable_context import lookup, values_for  # noqa: PLC0415 - rare
    from octotui.variables.fill import Filler, warnings_of  # noqa: PLC0415 - rare
    from octotui.variables.template import OverBudget  # noqa: PLC0415 - rare

    values = values_for(state, run, index, step.container)
    try:
        filled = Filler(lookup(values), state.at, text_budget()).fill_in(step.container)
    except OverBudget as problem:
        return step.container, f"its image {step.container} cannot be filled in: {problem.reason}"
    problem_of = "; ".join(warnings_of(filled)) or image_problem(filled.text.strip(), is_filled_in=True)
    if problem_of:
        return step.container, f"its image {step.container} cannot be filled in: {problem_of}"
    return filled.text.strip(), None


def container_problem(pool: Pool, step: Step) -> Reason | None:
    """Return why a step can't run in its container in this pool (S8), or None."""
    if step.container is not None and not pool.containers:
        return f"the pool says containers = false, but the step wants container {step.container}"
    return None


def image_in(run: Run, index: int) -> Image:
    """Return the image of a step whose worker is selected."""
    step, offset = run.runbook.steps[index], run.progress.steps[index].pick
    fixed = run.selection.version_of(f"{OF_IMAGES}{step.container}")
    if fixed:
        name, _, digest = fixed.partition("@")
        return name, digest
    picked = None if offset is None else run.selection.picks[offset].container
    return picked or step.container or "", ""
