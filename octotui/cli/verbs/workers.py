"""`octotui workers list | check | exec`: the machines of a space, and commands on them."""

import asyncio
import os
import shlex
import sys
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import click
from msgspec.structs import replace

from octotui.cli.machine_access import (
    UNREACHABLE,
    check_owner,
    elsewhere,
    glances,
    machine,
    ssh_transports,
    way_to,
    with_leased,
    workers_argument,
)
from octotui.cli.model_files import load_or_exit
from octotui.cli.reports import Rows, print_rows
from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.model_argument import file_argument, model_file, model_path
from octotui.cli.spaces.space_argument import model_and_space, space_argument
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say, say_bytes, say_json, say_output, tell
from octotui.engine.commands import RecordCommand
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.views import pools as listed
from octotui.workers.machine import Unreachable
from octotui.workers.remote.transport import RemoteCommand
from octotui.workers.ssh.probe import Glance

AWAY = 1  # the exit code of `check` where a machine cannot be reached
SKEW = 5.0  # seconds that clocks may differ without a word
KILLED = 128  # and the signal: the exit code of a command that was ended by one


@click.group("workers", no_args_is_help=True)
def command() -> None:
    """List the machines of a space, connect to them, or run a command on one."""


@command.command("list")
@space_argument
@verb_options
def list_them(space: str, as_json: bool, state: Path | None) -> None:
    """List workers and targets with their endpoints, and how they stand."""
    model, _ = model_and_space(space, state)
    print_rows(space, state, partial(_rows, declared=model), as_json=as_json)


def _rows(state: State, now: float, declared: Model) -> Rows:
    """Yield machines, as they are declared where the space has never been opened."""
    state = state if state.seq else replace(state, model=declared)
    model = state.model
    places: dict[str, str] = {}
    for pool, worker in listed.order(model):
        if worker:
            places.setdefault(worker, pool)
    if not places:
        yield 'no workers: add some to a pool, such as workers = ["worker1"]', {}
    for worker, pool in places.items():
        row = listed.worker_row(state, pool, worker)
        found = model.machine(worker)
        endpoint = model.endpoint_of(worker).address
        account = (found.account if found is not None else None) or ""
        details = (worker, endpoint, f"as {account}" if account else "", row.mark.word, row.doing)
        yield (
            "  ".join(dict.fromkeys(filter(None, details))),
            {
                "worker": worker,
                "name": row.name,
                "endpoint": endpoint,
                "account": account or None,
                "state": row.mark.word,
                "doing": row.doing,
            },
        )


@command.command("check")
@file_argument
@workers_argument(required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")
@state_option
def check(file: Path, workers: tuple[str, ...], as_json: bool, state: Path | None) -> None:
    """Connect to each WORKER, or to all by SSH, and say what it is: exit code 1 where one is away."""
    model = load_or_exit(model_path(file, workers[0], state) if workers else model_file(file, state))
    model = with_leased(model, state)
    names = elsewhere(model, workers)

    def tell_of(name: str, glance: Glance | str | None) -> None:
        if as_json:
            say_json({"worker": name, "endpoint": model.endpoint_of(name).address, **_facts(glance)})
        else:
            say(f"{name}  {_line(glance)}")

    found = asyncio.run(glances(model, names, tell_of))
    if not names:
        say("all workers and targets are this machine")
    if any(isinstance(each, str) for each in found.values()):
        sys.exit(AWAY)


def _line(glance: Glance | str | None) -> str:
    match glance:
        case None:
            return "is this machine"
        case str():
            return f"cannot be reached: {glance}"
    python = f"Python {glance.python}" if glance.python else "no python3"
    skew = f"its clock is {glance.clock:+.0f} s off" if abs(glance.clock) > SKEW else ""
    latency = f"{glance.latency * 1000:.0f} ms"
    home = "" if glance.home else "no home"
    return "  ".join(filter(None, (glance.system, glance.architecture, python, latency, home, skew)))


def _facts(glance: Glance | str | None) -> dict[str, Any]:
    if glance is None:
        return {"reached": True}
    if isinstance(glance, str):
        return {"reached": False, "reason": glance}
    return {"reached": True, **glance._asdict()}


@command.command("exec", context_settings={"ignore_unknown_options": True})
@file_argument
@click.argument("worker")
@click.argument("words", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--raw", is_flag=True, help="Print control characters as they are; a terminal obeys them.")
@state_option
def execute(file: Path, worker: str, words: tuple[str, ...], raw: bool, state: Path | None) -> None:
    """Run COMMAND on WORKER as its account, with this input and output, and exit as it does.

    One word is a line of the shell over there; of several each is an argument. It is no run: it takes no
    lock, and its output is not kept. Who ran what and where is recorded first (octotui audit), so write no
    secrets into it. Only the account that owns the space may. Exit code 255: WORKER is away.
    """
    path = model_path(file, worker, state)
    model = with_leased(load_or_exit(path), state)
    check_owner(model, state)
    line = words[0] if len(words) == 1 else shlex.join(words)
    is_local = model.endpoint_of(machine(model, worker)).is_local
    run_request(partial(_record, model, path, state, worker, line))
    if is_local:
        os.execv("/bin/sh", ["sh", "-c", line])
    try:
        code = asyncio.run(_execute(model, worker, line, raw=raw or not sys.stdout.isatty()))
    except Unreachable as problem:
        refuse(f"{worker} cannot be reached: {problem}", UNREACHABLE)
    _leave(code)


async def _record(model: Model, path: Path | None, state: Path | None, worker: str, line: str) -> None:
    """Record a command in the space, at its server. Raises StoreError and Refused: then it is not run."""
    from octotui.cli.spaces.connection import attach

    async with attach(model.space.slug, state, file=path) as client:
        await client.send(RecordCommand(machine=worker, text=line))


def _leave(code: int) -> NoReturn:
    sys.exit(KILLED - code if code < 0 else code)


async def _execute(model: Model, worker: str, line: str, *, raw: bool) -> int:
    """Run a command, and return its exit code. Raises Unreachable."""
    async with ssh_transports(model) as transports:
        running = await way_to(transports, model.endpoint_of(worker)).open(line, errors=_complain)
        Thread(target=_feed, args=(running, asyncio.get_running_loop()), daemon=True).start()
        rest = b""
        while chunk := await running.read(1 << 16):
            if raw:
                say_bytes(chunk)
                continue
            *lines, rest = (rest + chunk).split(b"\n")
            for each in lines:
                say_output(each.decode(errors="replace"))
        if rest:
            say_output(rest.decode(errors="replace"))
        return (await running.wait()).code


def _complain(chunk: bytes) -> None:
    tell(chunk.decode(errors="replace"))


def _feed(running: RemoteCommand, loop: asyncio.AbstractEventLoop) -> None:
    """Pass the input on, where it is no terminal; a thread that nobody waits for, since reading blocks."""
    with suppress(RuntimeError, Unreachable, FutureCancelled):  # the command, or all of it, has ended
        while not sys.stdin.isatty() and (chunk := os.read(0, 1 << 16)):
            asyncio.run_coroutine_threadsafe(running.write(chunk), loop).result()
        asyncio.run_coroutine_threadsafe(running.close_input(), loop).result()
