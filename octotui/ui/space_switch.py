"""What the app needs to switch to another space: a list of them, and a way to open one."""

from collections.abc import Sequence
from typing import Protocol

from octotui.views.lists.space_columns import SpaceRow


class SpaceSwitch(Protocol):
    """Lists and opens spaces; the caller of the app shows the opened one when the app has ended."""

    def spaces(self) -> Sequence[SpaceRow]:
        """Return the spaces of the state folder, without what their journals hold; this blocks."""

    def count(self, row: SpaceRow) -> SpaceRow:
        """Return a row with its name and counts, as it is where they cannot be read soon; this blocks."""

    async def open(self, slug: str) -> str:
        """Open a space to be shown next, and return ""; a sentence why it cannot be opened otherwise."""

    async def close(self) -> None:
        """Close what was opened to be shown next."""
