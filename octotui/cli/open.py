"""`octotui [FILE]`: the app on a model."""

import asyncio
import sys
import time
from pathlib import Path

import click

from octotui.cli.models import load_or_exit, refuse, wants_ascii
from octotui.cli.starting import account, state_option
from octotui.model.space import Model


@click.command("open")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--ascii", "plain", is_flag=True, help="Draw with ASCII characters.")
@state_option
def command(file: Path | None, plain: bool, state: Path | None) -> None:
    """Open the app on a model, a TOML file or a folder of them; without one, on the kraken demo."""
    model = load_or_exit(file)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        refuse("the app needs a terminal; `octotui run` does without one")
    from octotui.store.errors import StoreError

    try:
        code = asyncio.run(_app(model, state, wants_ascii(plain)))
    except StoreError as error:
        refuse(str(error), 1)
    raise SystemExit(code)


async def _app(model: Model, state: Path | None, ascii_only: bool) -> int:
    """The app in its space, until it is left; what still runs then is ended."""
    from octotui.runtime.opening import open_space
    from octotui.ui.app import OctotuiApp

    async with open_space(model, state, account(), time.time, schedules=True) as session:
        app = OctotuiApp(session, glyphs="ascii" if ascii_only else "unicode")
        await app.run_async()
        if app.failure is not None:
            raise app.failure
    return app.return_code or 0
