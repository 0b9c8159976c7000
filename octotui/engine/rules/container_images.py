"""The images of steps: filled in when workers are selected, fixed for a run where a registry is asked."""

from collections.abc import Sequence

from octotui.engine.state import Run, State
from octotui.model.complaints import Reason
from octotui.model.machines.containers import image_problem
from octotui.model.process import OF_IMAGES, Step
from octotui.model.space import Model, Pool
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


def container_problem(model: Model, pool: Pool, step: Step, targets: Sequence[str]) -> Reason | None:
    """Return why a step can't run in its container in this pool, or for these clusters (S8), or None."""
    clusters = ((slug, model.cluster_of(slug)) for slug in targets if step.is_contained)
    for slug, cluster in clusters:
        if cluster is not None and cluster.url is None:
            return (
                f"{slug} is a context of the worker's account, which a container does not have: give it"
                " a url, or say run = false for the container"
            )
    if step.container is not None and not pool.containers:
        return f"the pool says containers = false, but the step wants container {step.container}"
    return None


def acquired_image(run: Run, index: int, worker: str) -> Image:
    """Return the image of a step with the digest that it has on a worker, as far as that is known."""
    image, digest = image_in(run, index)
    return image, digest or run.selection.digest_of(worker, image)


def image_in(run: Run, index: int, target: str | None = None) -> Image:
    """Return the image of a step whose worker is selected, also of one that goes to clusters alone."""
    step, progress = run.runbook.steps[index], run.progress.steps[index]
    offset = progress.pick_for(target)
    if offset is None:
        offset = next(iter(progress.target_picks.values()), None)
    fixed = run.selection.version_of(f"{OF_IMAGES}{step.container}")
    if fixed:
        name, _, digest = fixed.partition("@")
        return name, digest
    picked = None if offset is None else run.selection.picks[offset].container
    return picked or step.container or "", ""
