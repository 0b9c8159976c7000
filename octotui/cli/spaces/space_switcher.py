"""Switching from space to space: which there are, and clients of their servers."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType

from octotui.cli.spaces.connection import attach
from octotui.cli.spaces.model_argument import WITH_ITS_MODEL, is_served, model_and_start
from octotui.cli.spaces.space_argument import SpaceName
from octotui.model.complaints import ModelError
from octotui.runtime.server.client import Client
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder, default_base, space_folder
from octotui.views.lists.space_columns import SpaceRow, counted

MOST = 500  # spaces that are listed


class SpaceSwitcher:
    """Holds the client of the space to be shown next; the app lists and opens spaces through it."""

    def __init__(self, state: Path | None, here: str = "") -> None:
        """Create it for a folder of spaces; `here` is the slug of the space that is shown."""
        self.state = state
        self._here = here
        self._next: tuple[str, Client, AsyncExitStack] | None = None

    async def __aenter__(self) -> "SpaceSwitcher":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def attach(self, named: SpaceName, *, start: bool = True) -> None:
        """Open a client of a space, to be shown next; raises StoreError."""
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                attach(named.slug, named.state, file=named.file, start=start, lasting=True)
            )
            await self.close()
            self._next = named.slug, client, stack.pop_all()

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[Client]:
        """Yield the client of the space that was opened, and close it at the end."""
        if self._next is None:
            raise StoreError("no space was opened")
        (self._here, client, stack), self._next = self._next, None
        async with stack:
            yield client

    async def open(self, slug: str) -> str:
        """Open a space to be shown next, and return ""; a sentence why it cannot be opened otherwise."""
        try:
            folder = space_folder(slug, self.state)
            file, starts = await asyncio.to_thread(model_and_start, folder)
            await self.attach(SpaceName(slug, file, self.state), start=starts)
        except ModelError as error:
            return f"{slug} stays closed: {error.complaints[0]}"
        except StoreError as error:
            return f"{slug} stays closed: {error}"
        except OSError as error:  # without its path, which may be longer than a screen
            return f"{slug} stays closed: {error.strerror or error}; {WITH_ITS_MODEL}"
        return ""

    async def close(self) -> None:
        """Close what was opened to be shown next."""
        if self._next is not None:
            (_, _, stack), self._next = self._next, None
            await stack.aclose()

    def spaces(self) -> list[SpaceRow]:
        """Return the spaces of the folder without their counts; none where it cannot be read."""
        try:
            base = default_base() if self.state is None else self.state.absolute()
            slugs = sorted(each.name for each in base.iterdir() if _is_space(each))
        except (StoreError, OSError):
            return []
        trusted = (folder for slug in slugs if (folder := _trusted(slug, base)) is not None)
        return [self._row(folder) for folder in islice(trusted, MOST)]

    def _row(self, folder: SpaceFolder) -> SpaceRow:
        slug = folder.path.name
        running = folder.is_held or is_served(folder)
        return SpaceRow(slug=slug, name=slug, path=str(folder.path), running=running, here=slug == self._here)

    def count(self, row: SpaceRow) -> SpaceRow:
        """Return a row with its name and counts, as it is where a whole journal would have to be folded."""
        from octotui.runtime.open_space import (
            recent_state,
        )  # what opens spaces need not load before the board

        with suppress(StoreError, OSError, ValueError, TypeError):  # of one that is damaged nothing is known
            if (state := recent_state(space_folder(row.slug, self.state))) is not None:
                return counted(row, state)
        return row


def _is_space(folder: Path) -> bool:
    return os.path.exists(folder / "journal.sqlite")  # noqa: PTH110 - a Path raises where access is denied


def _trusted(slug: str, base: Path) -> SpaceFolder | None:
    """Return the folder of a space, None where others could have put it there."""
    with suppress(StoreError, OSError):
        return space_folder(slug, base).verify()
    return None
