"""Saved views: an account's named queries in a file of its own, beside those that octotui ships."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import tomli_w

from octotui.engine.queries.query import LONGEST
from octotui.model.complaints import ModelError
from octotui.store.atomic_file import exclusive, replace_file
from octotui.store.errors import StoreError
from octotui.store.user_config import config_file, user_source

MOST = 200  # views of an account
LONGEST_NAME = 60
SHIPPED = {
    "last night's failures": "state:failed,timed-out since:yesterdayT18:00 until:todayT08:00",
    "failures": "state:failed,timed-out",
    "waits for people": "is:asking",
    "does not move": "is:waiting",
}
"""Last night is from 18:00 of the day before until 08:00 of today, at whatever time it is asked for."""


class SavedViews(NamedTuple):
    """Queries by name, the account's own first; `problem` is a sentence about an unusable file."""

    views: dict[str, str]
    problem: str = ""

    def find(self, name: str) -> str | None:
        """Return the query of that name, in any case."""
        folded = {each.casefold(): text for each, text in self.views.items()}
        return self.views.get(name, folded.get(name.casefold()))


def views_file() -> Path:
    """Return the path of the account's own views; the file may not exist."""
    return config_file().with_name("views.toml")


def saved_views() -> SavedViews:
    """Return all views; an unusable file is reported and leaves those that octotui ships."""
    file = views_file()
    if not os.path.lexists(file):
        return SavedViews(dict(SHIPPED))
    try:
        own = _own(file)
    except StoreError as problem:
        return SavedViews(dict(SHIPPED), str(problem))
    return SavedViews(own | {name: text for name, text in SHIPPED.items() if name not in own})


def save_view(name: str, text: str) -> None:
    """Save a query under a name, replacing one of that name; raises StoreError, and then changes nothing."""
    file, name = views_file(), name.strip()
    _check(file, {name: text})
    with exclusive(file):
        own = (_own(file) if os.path.lexists(file) else {}) | {name: text}
        _check(file, own)
        replace_file(file, tomli_w.dumps({"views": own}))


def _own(file: Path) -> dict[str, str]:
    """Read the views of a file that no other account can write; raises StoreError."""
    try:
        tables = user_source(file).tables
    except ModelError as error:
        raise StoreError(str(error.complaints[0])) from None
    views = tables.get("views", {})
    if set(tables) - {"views"} or not isinstance(views, dict):
        raise StoreError(
            f"{file} is not used: it holds a table [views] of names and filters, and nothing else"
        )
    _check(file, views)
    return dict(views)


def _check(file: Path, views: Mapping[str, object]) -> None:
    """Raise StoreError for an invalid table of views."""
    if len(views) > MOST:
        raise StoreError(f"{file} may hold {MOST} views, and no more")
    for name, text in views.items():
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise StoreError(f"a view in {file} needs a name of 1 to {LONGEST_NAME} printable characters")
        if not isinstance(text, str) or len(text) > LONGEST or not text.isprintable():
            raise StoreError(
                f'the view “{name}” in {file} needs a filter: a text of one line such as "state:failed"'
            )
