"""`octotui [FILE]`: the app on a model, attached to the server of its space."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

import click

from octotui.cli.spaces.model_argument import known_space, model_and_start, model_file
from octotui.cli.spaces.space_argument import SpaceName, served
from octotui.cli.start_options import account, state_option
from octotui.cli.terminal.output import USAGE, complain, need_screen, refuse, say, wants_ascii, wants_words
from octotui.cli.terminal.user_settings import (
    account_settings,
    chosen_lists,
    shown_theme,
    shown_zone,
    utc_option,
)
from octotui.model.garbage import uncollected
from octotui.model.space import Model
from octotui.store.space_folder import state_words
from octotui.views.text.clock_times import Zone

if TYPE_CHECKING:
    from octotui.cli.spaces.space_switcher import SpaceSwitcher
    from octotui.runtime.space_access import SpaceAccess
    from octotui.store.user_config import ListSetting
    from octotui.ui.app import OctotuiApp
    from octotui.ui.settings.account_settings import AccountSettings

SWITCHES = 0.0005  # seconds after which a thread that reads keys, or writes to the terminal, gets its turn
Glyphs = Literal["unicode", "ascii"]


@click.command("open")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters.")
@click.option("--plain", is_flag=True, help="Print plain lines instead of a screen, as ACCESSIBLE=1 does.")
@click.option("--foreground", is_flag=True, help="Run everything in this process, without a server.")
@click.option("--browser", is_flag=True, hidden=True, help="Draw for a page of `octotui web`.")
@utc_option
@state_option
def command(
    file: Path | None, ascii_only: bool, plain: bool, foreground: bool, browser: bool, state: Path | None
) -> None:
    """Open the app on a model, a TOML file or a folder of them; without one, on the kraken demo.

    FILE may also be the name of a space that is known: it opens with the model that it had last. The first
    one starts the server of the space in the background, and every other is attached to it. `q` detaches
    without asking; runs continue. With --foreground it asks what becomes of active runs.
    """
    named = None if file is None else known_space(file, state)
    if named is not None and not foreground:
        _open_known(named, ascii_only=ascii_only, plain=plain, browser=browser)
    if file is not None:
        file = model_file(file, state)
    if not foreground and (there := served(file, state)):
        open_app(there, ascii_only=ascii_only, plain=plain, browser=browser)
    from octotui.cli.model_files import load_or_exit  # a server has read the model already

    model = load_or_exit(file)
    named = SpaceName(model.space.slug, file, state)
    if foreground:
        need_screen("`octotui run` does without one")
        with uncollected():  # until the app has drawn itself
            raise SystemExit(run_in(lambda: _alone(model, file, state, wants_ascii(ascii_only))))
    open_app(named, ascii_only=ascii_only, plain=plain, browser=browser)


def _open_known(named: SpaceName, *, ascii_only: bool, plain: bool, browser: bool) -> NoReturn:
    """Open the app on a space that was named, with the model that it was opened with last."""
    from octotui.model.complaints import ModelError
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    try:
        file, starts = model_and_start(space_folder(named.slug, named.state))
    except (StoreError, OSError) as error:
        refuse(f"{named.slug} stays closed: {error}", 1)
    except ModelError as error:
        complain(error.complaints)
        raise SystemExit(USAGE) from None
    open_app(named._replace(file=file), ascii_only=ascii_only, plain=plain, start=starts, browser=browser)


def open_app(
    named: SpaceName, *, ascii_only: bool, plain: bool, start: bool = True, browser: bool = False
) -> NoReturn:
    """Open the app, or its words, on a space whose server is started where there is none.

    For a `browser`, whose server is at the other end of stdin and stdout, it draws without a terminal.
    """
    if wants_words(plain) and not browser:
        from octotui.cli.verbs.events import follow

        raise SystemExit(run_in(lambda: follow(named, start=start)))
    if not browser:
        need_screen("`octotui run` does without one")
    with uncollected():  # until the app has drawn itself
        raise SystemExit(
            run_in(lambda: _attached(named, wants_ascii(ascii_only), start=start, browser=browser))
        )


def run_in(main: Callable[[], Coroutine[None, None, int]]) -> int:
    """Run a coroutine, and return its exit code, 1 for an unusable space."""
    from octotui.store.errors import StoreError

    try:
        return asyncio.run(main())
    except StoreError as error:
        refuse(str(error), 1)


async def _attached(named: SpaceName, ascii_only: bool, *, start: bool, browser: bool) -> int:
    """Open the app as a client of the space's server; active runs go on without it."""
    from octotui.cli.spaces.space_switcher import SpaceSwitcher

    screen = AppScreen(ascii_only, shown_zone(), chosen_lists(), account_settings())
    loading = asyncio.ensure_future(asyncio.to_thread(import_module, "octotui.ui.app"))  # while servers start
    async with SpaceSwitcher(named.state) as switcher:
        await switcher.attach(named, start=start)
        await loading
        return await _through_spaces(switcher, screen, named.file, says=not browser)


async def _through_spaces(
    switcher: "SpaceSwitcher", screen: "AppScreen", file: Path | None = None, *, says: bool = True
) -> int:
    """Show the space that was opened with a file, and each that is switched to, until the app is left."""
    while True:
        async with switcher.shown() as client:
            app = await screen.show(client, switcher, file, detaches=True)
            file = None
            active = sum(1 for run in client.state.runs.values() if not run.ended)
            name = client.state.model.space.name
        if app.return_value != "switch":
            break
    if active and says:
        go = "run continues" if active == 1 else "runs continue"
        stop = f"octotui stop {quote(name)}{state_words(switcher.state)}"
        say(f"detached from {name}: {active} {go}; {stop} ends the server")
    return app.return_code or 0


async def _alone(model: Model, file: Path | None, state: Path | None, ascii_only: bool) -> int:
    """Open the app in the process that holds the space; running scripts go on after it."""
    from octotui.cli.model_files import read_model
    from octotui.cli.spaces.space_switcher import SpaceSwitcher
    from octotui.runtime.open_space import open_space
    from octotui.runtime.server.lifetime import shared
    from octotui.store.accounts import account_exists
    from octotui.store.errors import InUse

    screen = AppScreen(ascii_only, shown_zone(), chosen_lists(), account_settings())
    async with AsyncExitStack() as stack:
        switcher = await stack.enter_async_context(SpaceSwitcher(state, model.space.slug))
        async with AsyncExitStack() as space:
            opening = open_space(model, state, account(), time.time, schedules=True, accounts=account_exists)
            try:
                session = await space.enter_async_context(opening)
            except InUse as held:
                raise InUse(_in_use(model, file, state)) from held
            await space.enter_async_context(shared(session, model, state, file, read_model))
            app = await screen.show(session, switcher, file, detaches=False)
        return (
            await _through_spaces(switcher, screen) if app.return_value == "switch" else app.return_code or 0
        )


def _in_use(model: Model, file: Path | None, state: Path | None) -> str:
    """Return what to do where another process has the space open."""
    at = state_words(state)
    named = "" if file is None else f" {quote(str(file))}"
    return (
        f"{model.space.name} is open already, in its server or in another terminal: octotui{named}{at}"
        f" attaches to it; to have it in this process, end that one first, with octotui stop"
        f" {quote(str(file or model.space.slug))}{at}"
    )


class AppScreen(NamedTuple):
    """How the app looks in this terminal, in each space."""

    ascii_only: bool
    zone: Zone
    lists: "dict[str, ListSetting]"
    account: "AccountSettings"

    async def show(
        self, session: "SpaceAccess", switcher: "SpaceSwitcher", file: Path | None, *, detaches: bool
    ) -> "OctotuiApp":
        """Run the app on a space until it is left; raises the failure that ended the session."""
        from octotui.cli.spaces.opened_model import OpenedModel
        from octotui.store.user_config import keep_list
        from octotui.ui.app import OctotuiApp

        app = OctotuiApp(
            session,
            glyphs="ascii" if self.ascii_only else "unicode",
            zone=self.zone,
            lists=self.lists,
            keep=self._keep(keep_list),
            detaches=detaches,
            switch=switcher,
            account=self.account._replace(theme=shown_theme()),  # it may be another since
            model=OpenedModel(session.state.model.space.slug, switcher.state, file),
        )
        sys.setswitchinterval(SWITCHES)
        await app.run_async()
        if app.failure is not None:
            raise app.failure
        return app

    def _keep(self, keep: "Callable[[str, ListSetting], None]") -> "Callable[[str, ListSetting], None]":
        """Keep settings of lists for the next space, too."""

        def both(name: str, setting: "ListSetting") -> None:
            self.lists[name] = setting
            keep(name, setting)

        return both
