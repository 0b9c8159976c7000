"""Notes of a job's script below the row of its step: highlights, files, warnings, attempts."""

from octotui.engine.state import Artifact, Job
from octotui.views.labels import JOBS, Mark, Role, counted, duration, size, unstopped
from octotui.views.tree.rows import Branch, TreeRow

FAILED = JOBS["failed"]


def script_notes(job: Job) -> list[tuple[str, Role]]:
    """Return the notes of an ended job's script; files are shown as soon as they are kept."""
    notes: list[tuple[str, Role]] = []
    if job.ended_at is not None:
        notes += [(text, "lit") for text in job.highlights]
    notes += [(file(artifact), "muted") for artifact in job.artifacts]
    if job.ended_at is not None:
        notes += [(text, "warned") for text in job.warnings]
    return notes


def file(artifact: Artifact) -> str:
    """Format an artifact: `artifact report.html 12 KiB`."""
    return f"artifact {artifact.name} {size(artifact.size)}"


def warned(job: Job) -> str:
    """Return the number of warnings: `2 warnings`."""
    return counted(len(job.warnings), "warning") if job.warnings else ""


def attempts(job: Job, mark: Mark, time: str) -> list[Branch]:
    """Return the attempts of a job that was retried: the failed ones, and the present or last.

    Why the last one failed is said at the job.
    """
    if job.attempt <= 1 and job.state != "waiting":
        return []
    rows = [
        _attempt(
            job, number, FAILED, _why(each.reason, each.exit_code), _took(each.started_at, each.ended_at)
        )
        for number, each in enumerate(job.attempts, 1)
    ]
    if job.attempts and job.attempt > len(job.attempts):
        status = f"exit code {job.exit_code}"
        is_said = job.state != "failed" or job.exit_code is None or status in job.reason
        note = "" if is_said else status
        rows.append(_attempt(job, job.attempt, mark, note, time))
    return rows


def _attempt(job: Job, number: int, mark: Mark, note: str, time: str) -> Branch:
    return Branch(
        row=TreeRow(
            key=f"{job.id}@{number}",
            kind="attempt",
            text=f"attempt {number}",
            mark=mark,
            note=note,
            time=time,
            run=job.run,
            job=job.id,
            worker=job.worker,
            attempt=number,
        )
    )


def _why(reason: str, code: int | None) -> str:
    """Return a reason with the exit code, unless it names that already."""
    status = f"exit code {code}"
    if code is None or status in reason:
        return reason
    return f"{unstopped(reason)}, {status}" if reason else status


def _took(started: float | None, ended: float) -> str:
    return "" if started is None else duration(ended - started)
