"""Passphrases of private keys that people give while octotui runs; they are in memory alone."""

import asyncio
from collections.abc import Awaitable, Callable

Ask = Callable[[str, bool], Awaitable[str | None]]
"""Asks for the passphrase of a key, and whether the last one was wrong; None where nobody gives one."""


class Passphrases:
    """The passphrases that are known, by key."""

    def __init__(self, ask: Ask | None = None) -> None:
        """Ask for those that are not known; without `ask`, they are only given."""
        self._ask = ask
        self._asking = asyncio.Lock()
        self._given: dict[str, str] = {}

    def give(self, key: str, passphrase: str) -> None:
        """Keep the passphrase of a key."""
        self._given[key] = passphrase

    def known(self, key: str) -> str | None:
        """Return the passphrase of a key, or None."""
        return self._given.get(key)

    @property
    def any(self) -> bool:
        """Whether one is known."""
        return bool(self._given)

    async def other(self, key: str, wrong: str | None) -> str | None:
        """Return another passphrase of a key than a `wrong` one, which is forgotten, or None.

        Many may want the same one at once: it is asked for once.
        """
        async with self._asking:
            known = self._given.get(key)
            if known is not None and known != wrong:
                return known
            self._given.pop(key, None)
            given = None if self._ask is None else await self._ask(key, wrong is not None)
            if given is not None:
                self._given[key] = given
            return given
