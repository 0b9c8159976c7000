"""Sending a command from a screen: a refusal becomes a toast."""

from typing import TYPE_CHECKING

from textual.dom import DOMNode

from octotui.engine.commands import Command, Refused
from octotui.engine.events import AnyEvent
from octotui.store.errors import StoreError

if TYPE_CHECKING:
    from octotui.runtime.session import Session


async def send(node: DOMNode, session: "Session", command: Command) -> tuple[AnyEvent, ...]:
    """The events a command led to; none where it was refused."""
    try:
        return await session.send(command)
    except Refused as refused:
        node.app.notify(str(refused), title="Refused", severity="warning", markup=False)
    except StoreError:
        pass  # the session has ended, and the app hears of it through its states
    return ()
