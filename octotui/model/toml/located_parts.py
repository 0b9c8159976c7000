"""Where something is declared in the files of a model, also while the model has errors."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from octotui.model.complaints import Complaint, Keys, ModelError
from octotui.model.toml.sources import Source, files_of, read_text

LARGEST = 1 << 21  # bytes of a file that is shown


class LocatedPart(NamedTuple):
    """A file of a model with its text, and the lines of a part in it, from 1; 0 where it is not there."""

    file: Path
    text: str
    first: int = 0
    last: int = 0


def locate(path: Path, candidates: Sequence[Keys]) -> LocatedPart:
    """Return the first of these parts that a model's file, or one of its folder, declares.

    In a list of tables, a text in a path is the name of one: another version of the file may have others.
    Where none does, it is the file that is not TOML now, at its complaint. Raises ModelError.
    """
    if os.path.exists(path) and not _is_kept(path):  # noqa: PTH110 - of a name that is too long, a Path raises
        raise _error(path, "It came from a pipe, and cannot be read again.")
    sources, broken = _read(path)
    for at in candidates:
        for source in sources:
            if span := source.span(_numbered(source.tables, at)):
                return LocatedPart(source.file, source.text, *span)
    if broken:
        return broken[0]
    raise _error(path, "It is not declared here any more.")


def _read(path: Path) -> tuple[list[Source], list[LocatedPart]]:
    """Return the files of a model, and those that are not TOML at their complaints; raises ModelError."""
    sources: list[Source] = []
    broken: list[LocatedPart] = []
    for file in files_of(path):
        try:
            sources.append(Source(file, most=LARGEST))
        except ModelError as error:
            line = error.complaints[0].line
            if not line:
                raise  # it cannot be read at all
            broken.append(LocatedPart(file, read_text(file, most=LARGEST), line, line))
    return sources, broken


def _numbered(tables: dict[str, Any], at: Keys) -> Keys:
    """Return a path with the numbers of tables in lists instead of their names."""
    here: Any = tables
    keys: list[str | int] = []
    for key in at:
        if isinstance(here, list) and isinstance(key, str):
            names = [each.get("name") if isinstance(each, dict) else None for each in here]
            key = names.index(key) if key in names else len(names)  # noqa: PLW2901
        keys.append(key)
        is_there = key in here if isinstance(here, dict) else isinstance(here, list) and int(key) < len(here)
        here = here[key] if is_there else None
    return tuple(keys)


def _error(path: Path, message: str) -> ModelError:
    return ModelError([Complaint(str(path), 0, 0, "", message)])


def _is_kept(path: Path) -> bool:
    mode = os.stat(path).st_mode  # noqa: PTH116 - as above
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
