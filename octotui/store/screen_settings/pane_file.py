"""The sizes of panes as an account has left them, by screen and size of the terminal."""

import os
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_state_dir

from octotui.model.complaints import Keys, ModelError
from octotui.model.toml.specs.scalars import SLUG
from octotui.model.toml.specs.spec import KeyedSpec, whole
from octotui.model.toml.validate import Validator
from octotui.store.atomic_file import exclusive, replace_file
from octotui.store.errors import unusable
from octotui.store.private_files import PARENT_MODE, make_folder
from octotui.store.user_config import user_source

Shares = dict[str, dict[str, int]]
"""Thousandths that the first of two panes has: by the size of a screen, then by the name of the division."""

SHAPE = KeyedSpec(SLUG, KeyedSpec(SLUG, whole(1, 999)))
WRITTEN = "# The sizes of panes in thousandths, as octotui keeps them.\n"


class PaneSizes(NamedTuple):
    """What a file holds; `problem` is a sentence about one that is not used."""

    shares: Shares
    problem: str = ""


def panes_file() -> Path:
    """Return the path of the file; it may not exist."""
    return Path(user_state_dir("octotui")) / ".panes.toml"  # no space has such a name


def read_panes() -> PaneSizes:
    """Return the sizes that were kept; none, and the problem, of a damaged file."""
    file = panes_file()
    if not os.path.lexists(file):
        return PaneSizes({})
    problems: dict[Keys, str] = {}

    def report(at: Keys, problem: str) -> None:
        problems.setdefault(at, problem)

    try:
        source = user_source(file)
    except ModelError as error:
        return PaneSizes({}, f"The usual sizes of panes are used: {error.complaints[0]}")
    shares: Shares = Validator(source.folder, report).read(SHAPE, source.tables)
    if problems:
        first = source.complaint(*next(iter(problems.items())))
        return PaneSizes({}, f"The usual sizes of panes are used: {first}")
    return PaneSizes(shares)


def write_panes(changed: Shares) -> None:
    """Write changed sizes beside those that the file has of other sizes of screens; raises StoreError."""
    import tomli_w  # noqa: PLC0415 - needed only to write

    file = panes_file()
    try:
        make_folder(file.parent, PARENT_MODE, PARENT_MODE)
    except OSError as problem:
        raise unusable(file, problem) from problem
    with exclusive(file):
        replace_file(file, WRITTEN + tomli_w.dumps(read_panes().shares | changed))
