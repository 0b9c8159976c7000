"""Output variables that the scripts of a run have set (V7)."""

from octotui.engine.state import Run, State


def outputs_of(state: State, run: Run) -> list[tuple[str, str, str]]:
    """The output variables of a run's steps so far: step, name, value."""
    return [
        (step.name, name, value)
        for step, progress in zip(run.runbook.steps, run.steps, strict=True)
        for job in progress.jobs
        for name, value in state.jobs[job].outputs.items()
    ]
