"""`octotui serve FILE`: the server of a space, here in the foreground."""

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

import click

from octotui.cli.model_files import load_or_exit, read_model
from octotui.cli.start_options import account, state_option
from octotui.cli.terminal.output import refuse, say
from octotui.cli.terminal.standard_streams import OutputLost
from octotui.model.space import Model


@click.command("serve")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@state_option
@click.option("--ready", type=int, hidden=True, help="The file descriptor that readiness is reported on.")
def command(file: Path | None, state: Path | None, ready: int | None) -> None:
    """Serve the space of a model FILE until `octotui stop`, ^C or TERM; jobs that run then go on.

    `octotui FILE` starts one in the background where there is none; this is for those who supervise it
    themselves. HUP reads the model again.
    """
    from octotui.cli.spaces.model_argument import model_file

    file = None if file is None else model_file(file, state)
    model = load_or_exit(file)
    from octotui.store.errors import InUse, StoreError

    tell = _Ready(ready)
    try:
        why = asyncio.run(_serve(model, file, state, tell))
    except InUse as held:
        tell("held" if ready is not None else "")
        refuse(str(held), 1)
    except StoreError as error:
        tell(str(error))
        refuse(str(error), 1)
    say(f"{time.strftime('%F %T')} the server of {model.space.name} ends: {why}")


class _Ready:
    """Tells the process that started this server that it is ready, or why not."""

    def __init__(self, descriptor: int | None) -> None:
        self.background = descriptor is not None
        self._descriptor = descriptor
        if descriptor is not None:  # else all that starts here would keep it open
            os.set_inheritable(descriptor, False)

    def __call__(self, word: str) -> None:
        if self._descriptor is not None:
            with suppress(BrokenPipeError):  # it was killed meanwhile; runs go on nevertheless
                os.write(self._descriptor, word.encode(errors="surrogateescape"))
            os.close(self._descriptor)
            self._descriptor = None


def _report(trouble: str) -> None:
    """Print the problem of the model, or its end; ignore where that is impossible."""
    with suppress(OSError, OutputLost):
        say(f"{time.strftime('%F %T')} {trouble or 'the model is well again'}")


async def _serve(model: Model, file: Path | None, state: Path | None, ready: _Ready) -> str:
    from octotui.runtime.open_space import open_space
    from octotui.runtime.server.lifetime import IDLE, ShutdownSignal, shared, until_stopped

    ending = ShutdownSignal()
    async with (
        open_space(model, state, account(), time.time, schedules=True, served=True) as session,
        shared(session, model, state, file, read_model) as server,
    ):
        say(f"{time.strftime('%F %T')} serving {model.space.name} as process {os.getpid()}")
        if session.trouble:
            say(session.trouble)
        server.report = _report
        ready("ready")
        return await until_stopped(server, ending, idle=IDLE if ready.background else None)
