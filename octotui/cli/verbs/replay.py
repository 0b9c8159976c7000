"""`octotui replay OUT`: exported runs at any moment of them, in the app or in words."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

import click

from octotui.cli.start_options import account
from octotui.cli.terminal.output import need_screen, refuse, say, wants_ascii, wants_words
from octotui.cli.terminal.user_settings import account_settings, shown_zone, utc_option

if TYPE_CHECKING:
    from octotui.runtime.replay import Replay
    from octotui.views.labels import Glyphs


@click.command("replay")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--at", metavar="TIME", help='At a time here, such as "2026-11-23 03:00".')
@click.option("--event", type=click.IntRange(1), metavar="N", help="At the Nth event of it.")
@click.option("--plain", is_flag=True, help="In words, without a screen: every change, or one moment.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: events, then a Summary.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters.")
@utc_option
def command(
    out: Path, at: str | None, event: int | None, plain: bool, as_json: bool, ascii_only: bool
) -> None:
    """Look at the runs that `octotui export` wrote into OUT, at any moment of them; nothing can be changed.

    It begins at the last moment, or at the one that is said.
    """
    if at is not None and event is not None:
        refuse("--at and --event do not go together; give one of them")
    moment = None if at is None else _time(at)
    plain = wants_words(plain)
    if not (plain or as_json):
        need_screen("`octotui replay --plain` does without one")
    from octotui.runtime.replay import Replay
    from octotui.store.errors import StoreError
    from octotui.store.transfer.imports import exported
    from octotui.views.labels import ASCII

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)  # removes the unpacked files
    try:
        with exported(out) as content:
            with _fitting(out):
                replay = Replay(content, account())
                _go(replay, moment, event)
                _standing(replay, ASCII)  # before a screen is drawn of it
                if plain or as_json:
                    all_of_it = at is None and event is None
                    _tell(replay, as_json=as_json, ascii_only=ascii_only, all_of_it=all_of_it)
            if not (plain or as_json):
                sys.exit(asyncio.run(_app(replay, wants_ascii(ascii_only))))
    except StoreError as error:
        refuse(str(error))


@contextmanager
def _fitting(out: Path) -> Iterator[None]:
    """Refuse forged events that cannot be folded or shown; raises StoreError.

    Only what is read: an error of the app is a bug of ours, whatever the export says.
    """
    from octotui.engine.evolve.evolve import DOES_NOT_FIT
    from octotui.store.errors import StoreError

    try:
        yield
    except DOES_NOT_FIT as error:
        raise StoreError(
            f"{out} is damaged: its events contradict one another; export the run again"
        ) from error


async def _app(replay: "Replay", ascii_only: bool) -> int:
    """Run the app until it is left, or ended by a signal; return the exit code."""
    from octotui.ui.replay_app import ReplayApp

    glyphs: Literal["unicode", "ascii"] = "ascii" if ascii_only else "unicode"
    app = ReplayApp(replay, glyphs=glyphs, zone=shown_zone(), account=account_settings())
    for number in (signal.SIGTERM, signal.SIGHUP):  # raised anywhere, it would leave the terminal's threads
        asyncio.get_running_loop().add_signal_handler(number, app.exit, None, 128 + number)
    await app.run_async()
    return app.return_code or 0


def _tell(replay: "Replay", *, as_json: bool, ascii_only: bool, all_of_it: bool) -> None:
    """Print all changes up to the moment, or the state at it."""
    from octotui.cli.summary import summary
    from octotui.cli.terminal.output import say_json
    from octotui.views.events.replay_moments import changes
    from octotui.views.labels import ASCII, UNICODE

    roots = replay.roots
    if as_json:
        for event in replay.events:
            say_json(event)
        for root in roots:
            say_json(summary(replay.state, root))
        return
    glyphs = ASCII if wants_ascii(ascii_only) else UNICODE
    if all_of_it:
        for line in changes(replay.timeline, shown_zone()):
            say(glyphs.text(line))
    for line in _standing(replay, glyphs):
        say(line)


def _standing(replay: "Replay", glyphs: "Glyphs") -> list[str]:
    """Return the state at the moment, in lines."""
    from octotui.views.events.replay_moments import standing

    return list(standing(replay.timeline, replay.number, replay.roots, replay.now(), glyphs, shown_zone()))


def _go(replay: "Replay", moment: float | None, event: int | None) -> None:
    """Show the requested moment, if any."""
    if moment is not None:
        replay.go_to(moment)
    elif event is not None:
        if event > len(replay.timeline):
            refuse(f"there are {len(replay.timeline)} events in it, and no event {event}")
        replay.go(event)


def _time(at: str) -> float:
    try:
        return datetime.fromisoformat(at).timestamp()
    except (ValueError, OverflowError, OSError):
        refuse(f'--at takes a time such as "2026-11-23 03:00", not “{at}”')


def _leave(number: int, frame: object) -> NoReturn:
    """Exit as a signal would, after cleaning up."""
    raise SystemExit(128 + number)
