"""`octotui wait FILE RUN...`: until runs have ended."""

import asyncio
from pathlib import Path

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.shell_completion import runs as offered
from octotui.cli.spaces.space_argument import no_such_run, run_id, space_argument, space_of
from octotui.cli.summary import exit_code, how_to_answer, summary
from octotui.cli.terminal.output import refuse, say, say_json, warn
from octotui.model.quantities import QuantityError, seconds
from octotui.runtime.quiescence import waiting_on_people
from octotui.runtime.space_access import SpaceAccess

LATE = 3  # the exit code of a timeout


@click.command("wait")
@space_argument
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=offered)
@click.option(
    "--timeout", metavar="DURATION", help='How long at most, such as "90s" or "2h": then exit code 3.'
)
@verb_options
def command(
    space: str, runs: tuple[str, ...], timeout: str | None, as_json: bool, state: Path | None
) -> None:
    """Wait until each RUN and all it started has ended, or waits for people alone.

    The exit code is the worst of theirs, as of `octotui run`; where only questions are left, it is 4.
    """
    named, names = space_of(space, state), [run_id(each) for each in runs]
    limit = _seconds(timeout)

    async def main() -> int:
        from octotui.cli.spaces.connection import attach

        async with attach(named.slug, named.state, file=named.file) as client:
            try:
                async with asyncio.timeout(limit):
                    await _until_over(client, names)
            except TimeoutError:
                return LATE
            codes = {await _tell(client, name, space, state, as_json=as_json) for name in names}
            return next(code for code in (1, 5, 4, 0) if code in codes)

    raise SystemExit(run_request(main))


def _seconds(argument: str | None) -> float | None:
    try:
        return None if argument is None else seconds(argument)
    except QuantityError as error:
        refuse(f"--timeout: {error}")


async def _until_over(client: SpaceAccess, names: list[str]) -> None:
    async for present in client.states():
        if waiting_on_people(present, [present.runs[name] for name in names if name in present.runs]):
            return


async def _tell(client: SpaceAccess, name: str, space: str, state_dir: Path | None, *, as_json: bool) -> int:
    """Print the outcome of a run, and return its exit code."""
    family = await client.family(name)
    if name not in family.runs:
        raise no_such_run(name, client.state)
    run = family.runs[name]
    if as_json:
        say_json(summary(family, run.root, client.artifact_path))
    else:
        say(f"{name}  {run.state}{f': {run.reason}' if run.reason else ''}")
    for hint in how_to_answer(family, run.root, client.user, space, state_dir):
        warn(hint)
    return exit_code(family, run.root)
