"""`octotui pools FILE`: pools and workers, and who has them."""

from pathlib import Path

import click

from octotui.cli.reports import Rows, print_rows
from octotui.cli.requests import verb_options
from octotui.cli.space_argument import space_argument
from octotui.engine.state import State
from octotui.views import pools as listed


@click.command("pools")
@space_argument
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """Show the pools with their workers, and the targets: who leases and holds them, and how many wait."""
    print_rows(space, state, _pools, as_json=as_json)


def _pools(state: State, now: float) -> Rows:
    for slug, worker in listed.order(state.model):
        if not worker:
            pool = listed.pool_row(state.model, slug)
            yield f"{pool.name}  {pool.policy}".rstrip(), {"pool": slug, "policy": pool.policy}
            continue
        row = listed.worker_row(state, slug, worker)
        details = [f"  {worker}", row.mark.word if row.mark.word != row.doing else "", row.doing]
        details += [
            f"leased by {row.leases}" if row.leases else "",
            f"{row.queue} {'waits' if row.queue == 1 else 'wait'} for its lock" if row.queue else "",
        ]
        yield (
            "  ".join(filter(None, details)),
            {
                "pool": slug,
                "worker": worker,
                "state": row.mark.word,
                "doing": row.doing,
                "leases": row.leases,
                "waiting": row.queue,
            },
        )
