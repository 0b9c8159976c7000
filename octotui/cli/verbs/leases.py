"""`octotui leases list | destroy | adopt`: the machines of dynamic pools."""

from collections.abc import Iterator
from pathlib import Path

import click

from octotui.cli.reports import Rows, print_rows
from octotui.cli.requests import send_requests, verb_options
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.engine.commands import AdoptMachine, DestroyMachine, Request
from octotui.engine.state import State
from octotui.views.machines import leases

HOST_KEY = "The only key that it may show by SSH, as in known_hosts: algorithm, space, key."


@click.group("leases", no_args_is_help=True)
def command() -> None:
    """List the machines of dynamic pools, destroy one, or give one that is there to a pool."""


@command.command("list")
@space_argument
@verb_options
def list_them(space: str, as_json: bool, state: Path | None) -> None:
    """List the leases: how each stands, its age, when it ends, what starting took, and what it costs."""
    print_rows(space, state, _rows, as_json=as_json)


def _rows(state: State, now: float) -> Rows:
    from octotui.cli.terminal.user_settings import shown_zone

    known = leases.leases_in_order(state)
    if not known:
        yield "no leases: a dynamic pool leases a machine when a run needs one", {}
    for each in known:
        row = leases.lease_row(state, each, now)
        yield leases.sentence(state, each, now, shown_zone()), leases.plain(row)


@command.command("destroy")
@space_argument
@click.argument("names", metavar="LEASE...", nargs=-1, required=True)
@click.option("--now", is_flag=True, help="Give up what runs there: its jobs are lost.")
@verb_options
def destroy(space: str, names: tuple[str, ...], now: bool, as_json: bool, state: Path | None) -> None:
    """End each LEASE, by its id or its worker: its machine is destroyed once no run uses it.

    One that could not be destroyed is tried again now.
    """

    def wishes(present: State, user: str) -> Iterator[Request]:
        for each in names:
            yield DestroyMachine(lease=each, now=now, by=user)

    send_requests(space_of(space, state), wishes, as_json=as_json)


@command.command("adopt")
@space_argument
@click.argument("pool", metavar="POOL")
@click.argument("machine", metavar="ID")
@click.argument("endpoint", metavar="ENDPOINT")
@click.option("--host-key", metavar="KEY", default="", help=HOST_KEY)
@verb_options
def adopt(
    space: str, pool: str, machine: str, endpoint: str, host_key: str, as_json: bool, state: Path | None
) -> None:
    """Give the machine ID of POOL's provider, which is at ENDPOINT already, to that pool.

    From then on it ends as if it had been provisioned.
    """

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield AdoptMachine(pool=pool, machine=machine, endpoint=endpoint, host_key=host_key, by=user)

    send_requests(space_of(space, state), wishes, as_json=as_json)
