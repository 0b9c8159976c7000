"""`octotui pools FILE`: pools and workers, their leases and locks."""

from functools import partial
from pathlib import Path

import click

from octotui.cli.reports import Rows, print_rows
from octotui.cli.requests import verb_options
from octotui.cli.spaces.space_argument import space_argument
from octotui.engine.commands import Refused
from octotui.engine.rules.locks import FREE
from octotui.engine.state import State
from octotui.model.complaints import did_you_mean
from octotui.views import pools as listed
from octotui.views.machines.health import health_mark


@click.command("pools")
@space_argument
@click.argument("names", metavar="[NAME]...", nargs=-1)
@verb_options
def command(space: str, names: tuple[str, ...], as_json: bool, state: Path | None) -> None:
    """Show the pools with their workers, and the targets: who leases and holds them, and how many wait.

    Each NAME, a pool, worker or target, leaves those alone.
    """
    print_rows(space, state, partial(_pools, names=names), as_json=as_json)


def _pools(state: State, now: float, names: tuple[str, ...] = ()) -> Rows:
    lines = listed.order(state.model, state)
    if not lines and not names:
        yield "no pools: nothing has run in this space yet, or its model has none ([pools.setup])", {}
    _refuse_unknown(names, [each for line in lines for each in line if each])
    for slug, worker in lines:
        if names and slug not in names and worker not in names:
            continue
        if not worker:
            pool = listed.pool_row(state.model, slug, state)
            yield (
                f"{pool.name}  {pool.policy}".rstrip(),
                {"pool": slug, "name": pool.name, "policy": pool.policy},
            )
            continue
        row = listed.worker_row(state, slug, worker, now=now)
        details = [f"  {worker}", row.mark.word if row.mark.word != row.doing else "", row.doing]
        details += [
            f"leased by {row.leases}" if row.leases else "",
            f"{row.queue} {'waits' if row.queue == 1 else 'wait'} for its lock" if row.queue else "",
            _unwell(state, worker, row),
        ]
        yield (
            "  ".join(filter(None, details)),
            {
                "pool": slug,
                "worker": worker,
                "state": row.mark.word,
                "doing": row.doing,
                "health": state.health.get(worker, "unknown"),
                "reason": row.note,
                "leases": row.leases,
                "waiting": row.queue,
                "leased_by": [run for _, run in state.leases.get(worker, ())],
                "held_by": [state.jobs[job].run for _, job in state.locks.get(worker, FREE).holders],
            },
        )


def _unwell(state: State, worker: str, row: listed.WorkerRow) -> str:
    """Return how a machine stands that is not well, and why, as far as the line does not say it already."""
    word = health_mark(state, worker).word if state.health.get(worker, "healthy") != "healthy" else ""
    said = word in (row.mark.word, row.doing)
    return ": ".join(filter(None, ("" if said else word, row.note)))


def _refuse_unknown(names: tuple[str, ...], known: list[str]) -> None:
    """Raise Refused where a name is no pool, worker or target."""
    for name in names:
        if name not in known:
            raise Refused(f"there is no pool, worker or target “{name}”{did_you_mean(name, known)}")
