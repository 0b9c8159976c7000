"""`octotui health FILE [MACHINE]...`: how workers and targets are, checked now."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from octotui.cli.reports import Rows, print_rows
from octotui.cli.requests import run_request, send_requests, verb_options
from octotui.cli.shell_completion import machines as offered
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.terminal.output import say, say_json, wants_ascii, warn
from octotui.engine.commands import CheckHealth, Refused, Request
from octotui.engine.rules.worker_selection import rejection
from octotui.engine.state import State, machine_health
from octotui.model.complaints import did_you_mean

LATE = 3  # the exit code where checks take too long
PATIENCE = 600.0  # seconds that checks are waited for


@click.command("health")
@space_argument
@click.argument("machines", metavar="[MACHINE]...", nargs=-1, shell_complete=offered)
@click.option("--wait", is_flag=True, help="Wait for the checks, and show what they found.")
@click.option("--last", is_flag=True, help="Check nothing: show what the last checks found.")
@verb_options
def command(
    space: str, machines: tuple[str, ...], wait: bool, last: bool, as_json: bool, state: Path | None
) -> None:
    """Check each MACHINE, a worker or target, or all of them, by its machine policy.

    With --wait the exit code is 1 where one is unhealthy or unavailable.
    """
    if last:
        print_rows(space, state, partial(_rows, names=machines), as_json=as_json)
    elif not wait:

        def wishes(present: State, user: str) -> Iterator[Request]:
            yield CheckHealth(machines=machines, by=user)

        send_requests(space_of(space, state), wishes, as_json=as_json)
    else:
        raise SystemExit(_checked(space, state, machines, as_json=as_json))


def _checked(space: str, state: Path | None, machines: tuple[str, ...], *, as_json: bool) -> int:
    """Have machines checked, print how they are, and return the exit code."""
    named = space_of(space, state)

    async def main() -> int:
        from octotui.cli.spaces.connection import attach
        from octotui.views.labels import ASCII, UNICODE

        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        async with attach(named.slug, named.state, file=named.file) as client:
            if client.trouble:
                warn(client.trouble)
            await client.send(CheckHealth(machines=machines, by=client.user))
            code = 0
            try:
                async with asyncio.timeout(PATIENCE):
                    async for present in client.states():
                        names = _of(present, machines)
                        if not any(machine_health(present, each).is_in_line for each in names):
                            break
            except TimeoutError:
                code = LATE
            for sentence, plain in _rows(client.state, time.time(), machines):
                if as_json:
                    say_json(plain)
                else:
                    say(glyphs.text(sentence))
            well = ("healthy", "has-warnings")
            bad = any(client.state.health.get(each) not in well for each in _of(client.state, machines))
            return code or int(bad)

    return run_request(main)


def _of(state: State, machines: Iterable[str]) -> tuple[str, ...]:
    """Return the machines that are meant: those named, or all that are enabled."""
    return tuple(machines) or tuple(name for name, each in state.model.machines.items() if each.enabled)


def _rows(state: State, now: float, names: tuple[str, ...] = ()) -> Rows:
    from octotui.cli.terminal.user_settings import shown_zone
    from octotui.views.machines import health

    known = state.model.machines
    for name in names:
        if name not in known:
            raise Refused(f"there is no worker or target “{name}”{did_you_mean(name, known)}")
    if not known:
        yield 'no workers and no targets: a pool lists workers, such as workers = ["worker1"]', {}
    for name in names or known:
        row = health.health_row(state, name)
        told = [name, health.sentence(state, name, now, shown_zone())]
        told += [health.latency(row.latency), row.endpoint]
        yield "  ".join(filter(None, told)), _plain(state, row)


def _plain(state: State, row: Any) -> dict[str, Any]:
    return {
        "machine": row.machine,
        "name": row.name,
        "health": row.word,
        "reason": row.reason,
        "warnings": list(row.warnings),
        "since": row.since,
        "checked_at": row.checked_at,
        "latency": row.latency,
        "endpoint": row.endpoint or "local",
        "may_be_selected": rejection(state, row.machine, ()) is None,
        "tools": row.tools,
        **_cluster(state, row.machine),
    }


def _cluster(state: State, machine: str) -> dict[str, Any]:
    """Return what a Kubernetes target is, as a further key; nothing for machines."""
    found = state.model.cluster_of(machine)
    if found is None:
        return {}
    pool = found.pool or state.model.default_pool
    told = {"cluster": found.cluster, "namespace": found.namespace, "account": found.account, "pool": pool}
    return {"kubernetes": told}
