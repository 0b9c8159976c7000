"""`octotui [FILE]`: the app on a model, attached to the server of its space."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from importlib import import_module
from pathlib import Path
from typing import Literal, NoReturn

import click

from octotui.cli.space_argument import SpaceName, served
from octotui.cli.start_options import account, state_option
from octotui.cli.terminal.output import need_screen, refuse, say, wants_ascii, wants_words
from octotui.cli.terminal.user_settings import chosen_lists, shown_zone, utc_option
from octotui.model.garbage import uncollected
from octotui.model.space import Model

Glyphs = Literal["unicode", "ascii"]


@click.command("open")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters.")
@click.option("--plain", is_flag=True, help="Print plain lines instead of a screen, as ACCESSIBLE=1 does.")
@click.option("--foreground", is_flag=True, help="Run everything in this process, without a server.")
@utc_option
@state_option
def command(file: Path | None, ascii_only: bool, plain: bool, foreground: bool, state: Path | None) -> None:
    """Open the app on a model, a TOML file or a folder of them; without one, on the kraken demo.

    The first one starts the server of the space in the background, and every other is attached to it. `q`
    detaches without asking; runs continue. With --foreground it asks what becomes of active runs.
    """
    if not foreground and (there := served(file, state)):
        open_app(there, ascii_only=ascii_only, plain=plain)
    from octotui.cli.model_files import load_or_exit  # a server has read the model already

    model = load_or_exit(file)
    named = SpaceName(model.space.slug, file, state)
    if foreground:
        need_screen("`octotui run` does without one")
        with uncollected():  # until the app has drawn itself
            raise SystemExit(run_in(lambda: _alone(model, file, state, wants_ascii(ascii_only))))
    open_app(named, ascii_only=ascii_only, plain=plain)


def open_app(named: SpaceName, *, ascii_only: bool, plain: bool, start: bool = True) -> NoReturn:
    """Open the app, or its words, on a space whose server is started where there is none."""
    if wants_words(plain):
        from octotui.cli.verbs.events import follow

        raise SystemExit(run_in(lambda: follow(named, start=start)))
    need_screen("`octotui run` does without one")
    with uncollected():  # until the app has drawn itself
        raise SystemExit(run_in(lambda: _attached(named, wants_ascii(ascii_only), start=start)))


def run_in(main: Callable[[], Coroutine[None, None, int]]) -> int:
    """Run a coroutine, and return its exit code, 1 for an unusable space."""
    from octotui.store.errors import StoreError

    try:
        return asyncio.run(main())
    except StoreError as error:
        refuse(str(error), 1)


async def _attached(named: SpaceName, ascii_only: bool, *, start: bool) -> int:
    """Open the app as a client of the space's server; active runs go on without it."""
    from octotui.cli.connection import attach
    from octotui.store.user_config import keep_list

    zone, lists = shown_zone(), chosen_lists()
    loading = asyncio.ensure_future(asyncio.to_thread(import_module, "octotui.ui.app"))  # while servers start
    async with attach(named.slug, named.state, file=named.file, start=start) as client:
        await loading
        from octotui.ui.app import OctotuiApp

        app = OctotuiApp(
            client,
            glyphs="ascii" if ascii_only else "unicode",
            zone=zone,
            lists=lists,
            keep=keep_list,
            detaches=True,
        )
        await app.run_async()
        if app.failure is not None:
            raise app.failure
        active = sum(1 for run in client.state.runs.values() if not run.ended)
        name = client.state.model.space.name
    if active:
        go = "run continues" if active == 1 else "runs continue"
        say(f"detached from {name}: {active} {go}; octotui stop ends the server")
    return app.return_code or 0


async def _alone(model: Model, file: Path | None, state: Path | None, ascii_only: bool) -> int:
    """Open the app in the process that holds the space; running scripts go on after it."""
    from octotui.cli.model_files import read_model
    from octotui.runtime.open_space import open_space
    from octotui.runtime.server.lifetime import shared
    from octotui.store.accounts import account_exists
    from octotui.store.user_config import keep_list
    from octotui.ui.app import OctotuiApp

    zone, lists = shown_zone(), chosen_lists()
    async with (
        open_space(model, state, account(), time.time, schedules=True, accounts=account_exists) as session,
        shared(session, model, state, file, read_model),
    ):
        app = OctotuiApp(
            session, glyphs="ascii" if ascii_only else "unicode", zone=zone, lists=lists, keep=keep_list
        )
        await app.run_async()
        if app.failure is not None:
            raise app.failure
    return app.return_code or 0
