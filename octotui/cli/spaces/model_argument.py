"""The model that an argument FILE stands for: a file, a folder of files, or that of a known space."""

import os
from contextlib import suppress
from pathlib import Path

import click

from octotui.cli.demo_space import DEMO_SPACE
from octotui.cli.spaces.space_argument import SpaceName, UnknownSpace, is_space, space_named, spaces
from octotui.cli.terminal.output import refuse
from octotui.model.complaints import ModelError
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder, space_folder

WITH_ITS_MODEL = "`octotui FILE` opens it, where FILE is its model now"


def file_argument(function: click.decorators.FC) -> click.decorators.FC:
    """Add the argument FILE, for `model_path`."""
    return click.argument("file", type=click.Path(path_type=Path), shell_complete=spaces)(function)


def model_path(file: Path, name: str, state: Path | None) -> Path | None:
    """Return the path of the model that FILE names, or whose space it does; None for that of the demo.

    Exit with code 2, and the right order, where a model's file follows a `name` in it.
    """
    if known_space(file, state) is None and not os.path.lexists(file) and os.path.lexists(name):
        verb = click.get_current_context().info_name
        refuse(f"say the model first: octotui {verb} {name} {file}")
    return model_file(file, state)


def known_space(argument: Path | str, state: Path | None) -> SpaceName | None:
    """Return the known space that an argument names; None where it is a file, or names none."""
    if os.path.lexists(argument) and not is_space(Path(argument)):
        return None
    with suppress(UnknownSpace, StoreError, ValueError, OSError):
        return space_named(str(argument), state)
    return None


def model_file(argument: Path, state: Path | None) -> Path | None:
    """Return the path of a model, also of one whose space is named; None for that of the demo.

    Exit with code 1, and one sentence, where the model of a space is not known; with code 2, and the nearest
    name, where a plain word names neither.
    """
    try:
        named = known_space(argument, state)
        if named is None:
            _refuse_unknown(argument, state)
            return argument
        return file_of(named.slug, space_folder(named.slug, named.state))
    except (StoreError, ModelError, OSError) as error:
        why = error.complaints[0] if isinstance(error, ModelError) else error
        refuse(f"{argument} is a space, and this verb needs its model: {why}", 1)


def _refuse_unknown(argument: Path, state: Path | None) -> None:
    """Exit with code 2 where a word without a dot or slash is neither a file nor a space."""
    if os.path.lexists(argument) or set(str(argument)) & {".", "/"}:
        return
    try:
        space_named(str(argument), state)
    except UnknownSpace as unknown:
        refuse(str(unknown), unknown.code)


def model_and_start(folder: SpaceFolder) -> tuple[Path | None, bool]:
    """Return the model to open a space with, and whether a server is to be started; this blocks.

    Raises StoreError, ModelError or OSError.
    """
    slug = folder.path.name
    if not is_served(folder):
        return file_of(slug, folder), True
    with suppress(StoreError, ModelError, OSError):  # by which its server is started again
        return file_of(slug, folder), False
    return None, False


def is_served(folder: SpaceFolder) -> bool:
    """Return whether a server listens; one of its group sees the socket and may not read the lock."""
    lock = folder.path / "lock"
    is_hidden = lock.exists() and not os.access(lock, os.R_OK)
    return (folder.is_held or is_hidden) and (folder.path / "socket").exists()


def file_of(slug: str, folder: SpaceFolder) -> Path | None:
    """Return the model of a space, None for the demo; raises StoreError or ModelError."""
    from octotui.cli.model_files import read_model

    file = folder.model
    if file is None:
        if slug == DEMO_SPACE.slug:
            return None
        raise StoreError("it is not known which model it belongs to; `octotui FILE` opens it, once")
    if not (file.is_file() or file.is_dir()):
        raise StoreError(f"its model {file} is gone; {WITH_ITS_MODEL}")
    declared = read_model(file).space
    if declared.slug != slug:
        raise StoreError(f"{file} is the model of {declared.name} now; `octotui FILE` opens it")
    return file
