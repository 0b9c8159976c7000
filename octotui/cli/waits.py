"""`octotui waits` and `octotui pools`: who waits for what, and who has which worker."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from octotui.cli.asked import done, verb_options
from octotui.cli.models import say, wants_ascii
from octotui.cli.naming import space_argument, space_of
from octotui.engine.state import State, in_order, step_of
from octotui.views import pools as listed
from octotui.views.waits import of_job, of_run
from octotui.views.words import ASCII, UNICODE, duration


@click.command("waits")
@space_argument
@verb_options
def waits(space: str, as_json: bool, state: Path | None) -> None:
    """Say of everything that waits for what, since when, and who is truly in the way."""
    _tell(space, state, _waits, as_json=as_json)


@click.command("pools")
@space_argument
@verb_options
def pools(space: str, as_json: bool, state: Path | None) -> None:
    """Show the pools with their workers, and the targets: who leases and holds them, and how many wait."""
    _tell(space, state, _pools, as_json=as_json)


Rows = Iterator[tuple[str, dict[str, Any]]]


def _tell(space: str, state: Path | None, rows: Any, *, as_json: bool) -> None:
    """Say each row, as a sentence or as an object."""
    named = space_of(space, state)

    async def main() -> None:
        from octotui.cli.narration import write
        from octotui.cli.spaces import looked_at

        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        async with looked_at(named.slug, named.state) as here:
            for sentence, plain in rows(here.state, time.time()):
                if not as_json:
                    say(glyphs.text(sentence))
                elif plain:
                    write(plain)

    done(main)


def _waits(state: State, now: float) -> Rows:
    found = False
    for run in in_order(state):
        own = of_run(state, run, now) if run.state == "queued" or run.resuming else None
        jobs = [state.jobs[name] for _, name in run.open]
        each = [(None, own)] if own else [(job, of_job(state, job, now)) for job in jobs]
        for job, wait in each:
            if wait is None:
                continue
            step = step_of(state, job) if job is not None else None
            what = f" “{step.name}”" if step else " acquiring packages" if job is not None else ""
            found = True
            yield (
                f"{run.id}{what} {wait.sentence}, for {duration(now - wait.since)}",
                {
                    "run": run.id,
                    "job": job.id if job is not None else None,
                    "step": step.name if step else None,
                    "for": wait.what,
                    "since": wait.since,
                    "told": wait.sentence,
                },
            )
    if not found:
        yield "nothing waits", {}


def _pools(state: State, now: float) -> Rows:
    for slug, worker in listed.order(state.model):
        if not worker:
            pool = listed.pool_row(state.model, slug)
            yield f"{pool.name}  {pool.policy}".rstrip(), {"pool": slug, "policy": pool.policy}
            continue
        row = listed.worker_row(state, slug, worker)
        told = [f"  {worker}", row.mark.word if row.mark.word != row.doing else "", row.doing]
        told += [f"leased by {row.leases}" if row.leases else "", f"{row.queue} in line" if row.queue else ""]
        yield (
            "  ".join(filter(None, told)),
            {
                "pool": slug,
                "worker": worker,
                "state": row.mark.word,
                "doing": row.doing,
                "leases": row.leases,
                "waiting": row.queue,
            },
        )
