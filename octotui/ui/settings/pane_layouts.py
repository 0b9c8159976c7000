"""The sizes of panes: what an account has chosen, by screen and size of the terminal, and how they change."""

from collections.abc import Callable, Mapping

Shares = Mapping[str, int]
"""Thousandths that the first of two panes has, by the name of the division."""

WHOLE = 1000


class PaneLayouts:
    """Sizes of panes by the size of a screen; `save` is called with those that have changed."""

    def __init__(
        self,
        shares: Mapping[str, Shares] | None = None,
        save: Callable[[dict[str, dict[str, int]]], None] | None = None,
    ) -> None:
        self._shares = {key: dict(each) for key, each in (shares or {}).items()}
        self._save = save
        self._changed: set[str] = set()

    def shares(self, key: str) -> Shares:
        """Return the sizes of a screen of one size; empty where they are the usual ones."""
        return self._shares.get(key, {})

    def change(self, key: str, division: str, share: int) -> None:
        """Change a size; it is saved later."""
        self._shares.setdefault(key, {})[division] = share
        self._changed.add(key)

    def unsaved(self) -> "PaneLayouts":
        """Return the same sizes, of which changes are not saved."""
        return PaneLayouts(self._shares)

    def save(self) -> None:
        """Save what has changed; raises what the caller's `save` raises."""
        changed, self._changed = self._changed, set()
        if changed and self._save is not None:
            self._save({key: self._shares[key] for key in sorted(changed)})


def resized(first: int, total: int, step: int, least: int) -> int | None:
    """Return the cells of the first of two panes after a step; None where there is no room for both.

    Each keeps at least `least` of the `total` cells.
    """
    if total < 2 * least:
        return None
    return max(least, min(first + step, total - least))


def share_of(first: int, total: int) -> int:
    """Return the thousandths that so many cells are of all, rounded up so that they come out again."""
    return max(1, min(WHOLE - 1, -(-first * WHOLE // total)))
