"""`octotui demo`: the kraken in a temporary folder, with a tour; nothing of it is left."""

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Literal

import click
from msgspec.structs import replace

from octotui.cli.model_files import load_or_exit
from octotui.cli.start_options import account
from octotui.cli.terminal.output import need_screen, wants_ascii
from octotui.cli.terminal.user_settings import account_settings, chosen_lists, shown_zone, utc_option
from octotui.model.space import Model

if TYPE_CHECKING:
    from octotui.runtime.session import Session

RATE = 12 * 1024  # bytes a second in which the package is acquired: slow enough to read who waits
PREFIX = "octotui-demo-"  # of temporary folders
OLD = 3600.0  # seconds after which a folder is no demo that has just begun
PATIENCE = 15.0  # seconds in which what runs has to end


@click.command("demo")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters.")
@utc_option
def command(ascii_only: bool) -> None:
    """Show the kraken with a tour of five steps: runs on workers in turn, a lock, a question, output.

    All of it is in a temporary folder; when you leave, what runs is ended and nothing is left.
    """
    need_screen("`octotui run` shows a run without one")
    from octotui.cli.verbs.open import run_in

    glyphs: Literal["unicode", "ascii"] = "ascii" if wants_ascii(ascii_only) else "unicode"
    raise SystemExit(run_in(lambda: _play(demo_model(), glyphs)))


def demo_model() -> Model:
    """Return the kraken at a speed to be watched; its scripts have no agent, which would outlast them."""
    model = load_or_exit(None)
    feeds = {slug: replace(feed, rate=RATE) for slug, feed in model.feeds.items()}
    return replace(model, feeds=feeds, engine=replace(model.engine, supervisor="each"))


async def _play(model: Model, glyphs: Literal["unicode", "ascii"]) -> int:
    """Run the app on the model in a temporary folder; return its exit code."""
    from octotui.cli.demo_space import DEMO
    from octotui.cli.spaces.opened_model import OpenedModel
    from octotui.runtime.open_space import open_space
    from octotui.store.temporary_folder import temporary_folder
    from octotui.ui.tour.tour_app import TourApp

    chosen, lists = account_settings().unsaved(), chosen_lists()
    await remove_left(model)
    with temporary_folder(PREFIX) as folder:
        async with open_space(model, Path(folder), account(), time.time) as session:
            app = TourApp(
                session,
                glyphs=glyphs,
                zone=shown_zone(),
                lists=lists,
                account=chosen,
                model=OpenedModel(model.space.slug, Path(folder), DEMO),
            )
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, app.exit, "quit", 128 + number)
            await app.run_async()
            await end_runs(session)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


async def remove_left(model: Model) -> None:
    """End what demos that were killed have left running, and remove their folders; raises StoreError."""
    from octotui.runtime.open_space import open_space
    from octotui.store.errors import InUse, StoreError
    from octotui.store.temporary_folder import left_folders

    for folder in left_folders(PREFIX):
        if not _was_left(folder, folder / model.space.slug):
            continue
        try:
            async with open_space(model, folder, account(), time.time) as session:
                await end_runs(session)
        except InUse:  # by another demo that is removing it
            continue
        except StoreError:
            pass  # its journal is damaged
        rmtree(folder, ignore_errors=True)


def _was_left(folder: Path, space: Path) -> bool:
    """Return whether no demo has a folder any more; one that has just begun has not locked it yet."""
    from octotui.store.folder_lock import is_held, note_of

    if note_of(space).process:
        return not is_held(space)
    with suppress(FileNotFoundError):  # a demo has ended meanwhile
        return time.time() - folder.stat().st_mtime > OLD
    return False


async def end_runs(session: "Session") -> None:
    """Cancel what runs, and wait for its end, for PATIENCE seconds at most."""
    from octotui.engine.commands import CancelRun, Refused

    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for run in sorted(session.state.runs.values(), key=lambda each: each.number):
                if not run.ended:
                    with suppress(Refused):  # a child ends with its parent
                        await session.send(CancelRun(run=run.id, by=session.user))
            async for state in session.states():
                if not len(state.families):
                    return
