"""`octotui attach SPACE`: the app on a space that has a server already, also another account's."""

from pathlib import Path

import click

from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.start_options import state_option
from octotui.cli.terminal.user_settings import utc_option
from octotui.cli.verbs.open import open_app


@click.command("attach")
@space_argument
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters.")
@click.option("--plain", is_flag=True, help="Print plain lines instead of a screen, as ACCESSIBLE=1 does.")
@click.option("--browser", is_flag=True, hidden=True, help="Draw for a page of `octotui web`.")
@utc_option
@state_option
def command(space: str, ascii_only: bool, plain: bool, browser: bool, state: Path | None) -> None:
    """Attach to the server of a space: FILE is its model, its name, or its folder, also another account's.

    What you may do there is what its `[access]` says.
    """
    open_app(space_of(space, state), ascii_only=ascii_only, plain=plain, start=False, browser=browser)
