"""Sends commands and looks up records from a screen; a refusal or a failure becomes a toast."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from textual.dom import DOMNode

from octotui.engine.commands import Command, CreateRelease, Refused
from octotui.engine.events import AnyEvent
from octotui.engine.state.releases import Release
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess

T = TypeVar("T")


async def send(node: DOMNode, session: "SpaceAccess", command: Command) -> tuple[AnyEvent, ...]:
    """Send a command, and return its events; none where it was refused."""
    return await _result(node, session.send(command)) or ()


async def release(node: DOMNode, session: "SpaceAccess", command: CreateRelease) -> Release | None:
    """Create a release, and return it; None where it was refused."""
    from octotui.runtime.release_maker import make_release  # noqa: PLC0415 - few make releases here

    return await _result(node, make_release(session, command))


async def look_up(node: DOMNode, asked: Awaitable[T], *, quiet: bool = False) -> T | None:
    """Return the answer of a session; None where there is none, which a toast says unless it is `quiet`."""
    try:
        return await asked
    except (Refused, StoreError) as problem:
        if not quiet:
            node.app.notify(str(problem), severity="error", markup=False)
    return None


async def _result(node: DOMNode, asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except Refused as refused:
        title = "Not known" if isinstance(refused, Undecided) else "Refused"
        node.app.notify(str(refused), title=title, severity="warning", markup=False)
    except StoreError:
        pass  # the app gets the failure through the session's states
    return None
