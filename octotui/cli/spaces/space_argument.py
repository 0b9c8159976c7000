"""Resolution of an existing space: by its model, its name, or its folder."""

import os
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from octotui.cli.terminal.output import USAGE, refuse
from octotui.engine.commands import Refused
from octotui.engine.state import State
from octotui.model.complaints import ModelError, did_you_mean
from octotui.model.space import Model, space_slug
from octotui.model.toml.sources import files_of, read_text
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder, default_base
from octotui.views.text.visible_text import visible


class SpaceName(NamedTuple):
    """A named space: its slug, its model's file if known, and the folder of spaces."""

    slug: str
    file: Path | None
    state: Path | None


def spaces(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete spaces, models in the named folder, and files."""
    here = Path(incomplete if incomplete.endswith("/") else os.path.dirname(incomplete))  # noqa: PTH120
    names: list[str] = []
    with suppress(OSError, StoreError, ValueError):
        names += [each.as_posix() for each in here.glob("*.toml")]
    with suppress(OSError, StoreError):
        kept = Path(ctx.params.get("state") or default_base())
        names += [each.name for each in kept.iterdir() if (each / "journal.sqlite").exists()]
    found = [each for each in sorted(names) if each.startswith(incomplete)]
    known = [CompletionItem(each) for each in found if visible(each) == each]
    return [*known, CompletionItem(incomplete, type="file")]


def space_argument(function: click.decorators.FC) -> click.decorators.FC:
    """Add the argument SPACE."""
    path = click.Path(readable=False)  # an access group may traverse it, and no more
    return click.argument("space", metavar="FILE", type=path, shell_complete=spaces)(function)


def model_and_space(argument: str, state: Path | None) -> tuple[Model, SpaceName]:
    """Return the model and space of a model's file, or of a named space.

    Exit with code 2 and every complaint where the file is invalid, 1 where the space cannot be read.
    """
    from octotui.cli.model_files import load_or_exit
    from octotui.runtime.open_space import state_on_disk
    from octotui.store.space_folder import space_folder

    try:
        path = Path(argument)
        if os.path.exists(path) and not is_space(path):  # noqa: PTH110 - as below
            model = load_or_exit(path)
            return model, SpaceName(model.space.slug, path, state)
        named = space_named(argument, state)
        return state_on_disk(space_folder(named.slug, named.state)).model, named
    except UnknownSpace as unknown:
        refuse(str(unknown), unknown.code)
    except StoreError as error:
        refuse(str(error), 1)


class UnknownSpace(Exception):
    """An argument names no space; the text says what to do."""

    def __init__(self, sentence: str, code: int = USAGE) -> None:
        super().__init__(sentence)
        self.code = code


def space_of(argument: str, state: Path | None) -> SpaceName:
    """Return the space of a model's file, name or folder; exit with code 2 where there is none."""
    try:
        return space_named(argument, state)
    except UnknownSpace as unknown:
        refuse(str(unknown), unknown.code)


def space_named(argument: str, state: Path | None) -> SpaceName:
    """Return the space of a model's file, name or folder; raises UnknownSpace.

    Only the space's name is read from a file, so that a broken model is no obstacle.
    """
    path = Path(argument)
    if is_space(path):
        return SpaceName(path.absolute().name, None, path.absolute().parent)
    if os.path.exists(path):  # noqa: PTH110 - a Path raises for a name that is too long
        return SpaceName(space_slug(_name_in(path)), path, state)
    base = default_base() if state is None else state
    slug = space_slug(argument)
    if not os.path.isdir(base / slug):  # noqa: PTH112
        raise UnknownSpace(
            f"there is no model {argument}, and no space of that name{_suggestion(argument, base)}"
        )
    return SpaceName(slug, None, state)


def is_space(path: Path) -> bool:
    """Return whether a folder is that of a space; raises UnknownSpace where access is denied."""
    try:
        return (path / "journal.sqlite").exists()
    except PermissionError:
        sentence = f"{path} cannot be used: its owner lets you in by a group in [access] of the model"
        raise UnknownSpace(sentence, 1) from None
    except OSError:  # its name is too long
        return False


def _suggestion(argument: str, base: Path) -> str:
    try:
        return did_you_mean(argument, [each.name for each in base.iterdir()])
    except OSError:
        return ""


def served(file: Path | None, state: Path | None) -> SpaceName | None:
    """Return the space of a model's file where it has a server, even if the model is broken now."""
    try:
        name = None if file is None else _declared_name(file)
    except (ModelError, OSError, ValueError):
        return None
    if name is None:
        return None
    folder = SpaceFolder(default_base() if state is None else state.absolute(), space_slug(name))
    try:
        there = folder.verify().is_held and (folder.path / "socket").exists()
    except (StoreError, OSError):
        return None  # opening it reports why
    return SpaceName(space_slug(name), file, state) if there else None


def known_file(folder: SpaceFolder) -> Path | None:
    """Return the model that a space of this account had last; None unless it still declares this space."""
    file = folder.model
    try:
        if file is None or folder.path.stat().st_uid != os.geteuid():
            return None
        is_there = file.is_file() or file.is_dir()
        name = _declared_name(file) if is_there else None
    except (ModelError, OSError, ValueError):
        return None
    return file if name is not None and space_slug(name) == folder.path.name else None


def _name_in(path: Path) -> str:
    """Return the name of the space that a model declares; raises UnknownSpace."""
    try:
        name = _declared_name(path)
    except ModelError as error:
        raise UnknownSpace(str(error.complaints[0])) from None
    except (OSError, ValueError) as error:
        raise UnknownSpace(f"{path} cannot be read: {error}; say the name of the space instead") from None
    if not name:
        raise UnknownSpace(f"{path} says no [space] name")
    return name


def _declared_name(path: Path) -> str | None:
    """Return the name of the space that a model declares; raises ModelError, OSError or ValueError."""
    for file in files_of(path):
        try:
            text = read_text(file, streams=file == path)
            space = tomllib.loads(text).get("space", {})
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if not isinstance(space, dict):
            raise ValueError("its space is no table")
        if isinstance(name := space.get("name"), str):
            return name
    return None


def run_id(argument: str) -> str:
    """Return the id of a run given by id or number; exit with code 2 for anything else."""
    number = argument.removeprefix("run-")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        refuse(f"“{argument}” is not the id of a run: say one such as run-7")
    return f"run-{int(number)}"


def no_such_run(name: str, state: State) -> Refused:
    """Return the refusal of an unknown run, with the newest one."""
    newest = state.next_run - 1
    return Refused(f"there is no run {name}{f'; the newest is run-{newest}' if newest else ''}")
