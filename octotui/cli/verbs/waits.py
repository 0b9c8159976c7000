"""`octotui waits FILE`: every wait, with its blockers."""

from pathlib import Path

import click

from octotui.cli.reports import Rows, print_rows
from octotui.cli.requests import verb_options
from octotui.cli.spaces.space_argument import space_argument
from octotui.cli.terminal.user_settings import shown_zone, utc_option
from octotui.engine.forecast import forecast
from octotui.engine.state import State, in_order, step_of
from octotui.views.waits import of_job, of_run, so_far, waits_itself


@click.command("waits")
@space_argument
@utc_option
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """Say of everything that waits for what, since when, and who is truly in the way."""
    print_rows(space, state, _waits, as_json=as_json)


def _waits(state: State, now: float) -> Rows:
    zone, coming = shown_zone(), forecast(state, now)
    waiting = False
    for run in in_order(state):
        own = of_run(state, run, now, zone, coming) if waits_itself(run) else None
        jobs = [state.jobs[name] for _, name in run.progress.open]
        each = [(None, own)] if own else [(job, of_job(state, job, now, coming, zone)) for job in jobs]
        for job, wait in each:
            if wait is None:
                continue
            step = step_of(state, job) if job is not None else None
            what = f" “{step.name}”" if step else " acquiring packages" if job is not None else ""
            waiting = True
            yield (
                f"{run.id}{what} {wait.with_reason} · {so_far(wait, now)}",
                {
                    "run": run.id,
                    "job": job.id if job is not None else None,
                    "step": step.name if step else None,
                    "for": wait.what,
                    "since": wait.since,
                    "told": wait.sentence,
                    "reason": wait.reason or None,
                    "until": wait.until,
                },
            )
    if not waiting:
        yield (
            "nothing waits: no run is held up by a slot, lock, tag, retry, machine or question",
            {},
        )
