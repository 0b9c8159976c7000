"""Machines of jobs: kinds, packages to acquire on each machine, lock modes (S1, P2, L1, L3)."""

from typing import assert_never

from octotui.engine.rules.container_images import image_in
from octotui.engine.state import Job, JobKind, Mode, Pick, Run, State
from octotui.model.process import (
    OF_IMAGES,
    Action,
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Script,
    StartRunbook,
    TemplateCall,
    requirement_of,
)

Packages = tuple[tuple[str, str], ...]
ACQUIRE, PULL = "Acquire packages", "Pull images"  # the names of acquisitions, as those of steps


def acquisitions(run: Run) -> tuple[tuple[str, Packages], ...]:
    """Return the packages, as (id, version), of each machine of the current selection; one job each.

    With them are images to run in: OF_IMAGES and the image, with its digest where that is fixed.
    """
    by_machine: dict[str, dict[tuple[str, str], None]] = {}
    for pick in run.selection.leases:
        served: list[tuple[int, str | None]] = [(index, None) for index in pick.steps]
        served += [(each.step, each.targets[0]) for each in pick.for_targets if each.targets]
        for index, target in sorted(served, key=lambda each: each[0]):
            for needed in acquired_by(run, index, target):
                by_machine.setdefault(pick.worker, {})[needed] = None
    for index, (step, progress) in enumerate(zip(run.runbook.steps, run.progress.steps, strict=True)):
        if step.on == "target" and progress.state == "pending":
            for target in progress.targets:
                is_here = target not in run.selection.excluded and target not in progress.target_picks
                for each in acquired_by(run, index) if is_here else ():
                    by_machine.setdefault(target, {})[each] = None
    return tuple((worker, tuple(packages)) for worker, packages in by_machine.items())


def acquired_by(run: Run, index: int, target: str | None = None) -> Packages:
    """Return what the worker of a step acquires for it: packages, and the image that it runs in."""
    step, versions = run.runbook.steps[index], run.selection.versions or {}
    packages = tuple((each.id, versions[each.text]) for each in step.packages)
    if not step.is_contained:
        return packages
    image, digest = image_in(run, index, target)
    return (*packages, (f"{OF_IMAGES}{image}", digest))


def acquisition_name(job: Job) -> str:
    """Return the name of an acquisition, as that of a step, by what it brings."""
    images = [name.startswith(OF_IMAGES) for name, _ in job.packages]
    return PULL if images and all(images) else ACQUIRE


def unacquired(job: Job) -> str:
    """Return the beginning of the reason why an acquisition failed, before its machine and its own reason."""
    images = [name.startswith(OF_IMAGES) for name, _ in job.packages]
    if images and all(images):
        return "its image could not be pulled" if len(images) == 1 else "its images could not be pulled"
    return f"packages{' and images' if any(images) else ''} could not be acquired"


def job_kind(action: Action) -> JobKind:
    """Return the kind of a step's jobs, or of its child steps' jobs."""
    match action:
        case Script() | TemplateCall() | Package() | HealthCheck() | Rolling():
            return "script"
        case StartRunbook():
            return "runbook"
        case Manual():
            return "manual"
        case _:
            assert_never(action)


def target_of(run: Run, job: Job) -> str | None:
    """Return the target of a job, also of one that acquires packages there, or None."""
    on_target = job.kind == "acquire" and all(pick.worker != job.worker for pick in run.selection.picks)
    return job.worker if on_target else job.target


def packages_in_use(state: State) -> frozenset[tuple[str, str]]:
    """Return the packages, as (id, version), that open runs need; a set for lookup alone."""
    return frozenset(
        (requirement_of(requirement).id, version)
        for _, run in state.runs.items()
        if not run.ended
        for requirement, version in (run.selection.versions or {}).items()
    )


def machine_of(run: Run, step: int, target: str | None = None) -> str:
    """Return the machine of a step's script: the target itself, or the picked worker."""
    if _is_on_target(run, step, target):
        return target or ""
    return run.selection.picks[run.progress.steps[step].pick_for(target) or 0].worker


def mode_on(state: State, run: Run, step: int, target: str | None = None) -> Mode:
    """Return the lock mode of a script: by default shared on a worker, exclusive on a target (L1, L3)."""
    if _is_on_target(run, step, target):
        return "shared" if run.runbook.steps[step].shared else "exclusive"
    return worker_mode(state, run.selection.picks[run.progress.steps[step].pick_for(target) or 0])


def _is_on_target(run: Run, step: int, target: str | None) -> bool:
    """Return whether a step's script runs on its target, as it never does on a Kubernetes one (W13)."""
    here = target is not None and target not in run.progress.steps[step].target_picks
    return here and run.runbook.steps[step].on == "target"


def worker_mode(state: State, pick: Pick) -> Mode:
    """Return the lock mode of scripts on the worker of a pick (L3)."""
    worker = state.model.workers.get(pick.worker)
    if state.model.pool(pick.pool).exclusive or (worker is not None and worker.exclusive):
        return "exclusive"
    return "shared"
