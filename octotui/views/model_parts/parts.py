"""The part of the model that something on the screen was declared by, as paths of keys to be looked for."""

from typing import NamedTuple

from octotui.engine.state import State
from octotui.model.complaints import Keys
from octotui.model.process import Rolling, Runbook
from octotui.model.space import BUILT_IN, Model
from octotui.views.labels import machine_name
from octotui.views.pages.page import PagePlace, name_of
from octotui.views.tree.rows import TreeRow


class ModelPart(NamedTuple):
    """Something declared: its name for people, and the paths that may declare it, the nearest first."""

    name: str
    paths: tuple[Keys, ...]


def of_place(model: Model, place: PagePlace) -> ModelPart:
    """Return the part of a pool, worker, target or environment, or of the space."""
    match place.kind:
        case "space":
            return ModelPart(model.space.name, (("space",),))
        case "pool":
            return ModelPart(f"pool {name_of(model, place)}", (("pools", place.slug),))
        case "environment":
            return ModelPart(f"environment {name_of(model, place)}", (("environments", place.slug),))
    return of_machine(model, place.slug)


def of_machine(model: Model, slug: str) -> ModelPart:
    """Return the part of a worker or target; that of its pool where only this names it, or leases it."""
    if slug == BUILT_IN:
        return ModelPart("the built-in worker", (("engine", "built_in_worker"), ("engine",)))
    kinds: tuple[Keys, ...] = (("workers", slug), ("targets", slug))
    named = tuple(
        ("pools", name, "workers", pool.workers.index(slug))
        for name, pool in model.pools.items()
        if slug in pool.workers
    )
    leased = tuple(
        ("pools", name)
        for name, pool in model.pools.items()
        if pool.dynamic is not None and slug.startswith(f"{name}-")
    )
    return ModelPart(machine_name(model, slug), (*kinds, *named, *leased))


def of_process(model: Model, slug: str) -> ModelPart:
    """Return the part of a runbook or project."""
    process = model.process(slug)
    return ModelPart(process.name if process else slug, (("runbooks", slug), ("projects", slug)))


def of_run(state: State, name: str, model: Model) -> ModelPart | None:
    """Return the part of a run's runbook or project in the present model; None where it is not known.

    `state` is the one in which the run is looked at, also further on.
    """
    run = state.runs.get(name)
    return of_process(model, run.request.process) if run else None


def of_row(state: State, row: TreeRow, model: Model) -> ModelPart | None:
    """Return the part of a row of a run's tree: its step, its machine, or the runbook of its run."""
    if row.step is not None:
        return of_step(state, row.run, row.step, model)
    if row.kind == "worker" and row.worker:
        return of_machine(model, row.worker)
    return of_run(state, row.run, model)


def of_job(state: State, name: str, model: Model) -> ModelPart | None:
    """Return the part of the step whose job it is; that of the runbook for one without a step."""
    job = state.jobs.get(name)
    if job is None:
        return None
    return of_run(state, job.run, model) if job.step is None else of_step(state, job.run, job.step, model)


def of_step(state: State, name: str, index: int, model: Model) -> ModelPart | None:
    """Return the part of a step of a run by its name: it may stand elsewhere in the present model."""
    run = state.runs.get(name)
    if run is None or not 0 <= index < len(run.runbook.steps):
        return None
    step, process = run.runbook.steps[index].name, of_process(model, run.request.process)
    inside = _inside(model.process(run.request.process) or run.runbook, step)
    paths = tuple((*at, *inside) for at in process.paths)
    return ModelPart(f"{step} of {process.name}", (*paths, *process.paths))


def _inside(process: Runbook, name: str) -> Keys:
    """Return the path of a step in its process, by names; that of a child step leads through its parent."""
    for step in process.steps:
        if isinstance(step.action, Rolling) and any(each.name == name for each in step.action.steps):
            return "steps", step.name, "steps", name
    return "steps", name


def of_question(state: State, name: str, model: Model) -> ModelPart | None:
    """Return the part of the step that asks, such as a manual one; None where it is not known."""
    question = state.interruptions.get(name)
    return of_job(state, question.job, model) if question else None


def of_variable(model: Model, process: str, name: str) -> ModelPart:
    """Return the part of a variable as a process sees it: of its project, its sets, or the space (V4)."""
    slug = model.project_of(process)
    project = model.projects.get(slug or "")
    own: tuple[Keys, ...] = (("projects", slug, "variables", name),) if slug and project else ()
    sets = tuple(("variable_sets", each, name) for each in (project.variable_sets if project else ()))
    return ModelPart(f"variable {name}", (*own, *sets, ("variables", name)))
