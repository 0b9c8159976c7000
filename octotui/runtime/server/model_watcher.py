"""Watches a model's files: a valid change is loaded, an invalid one only reported."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from octotui.model.complaints import ModelError
from octotui.model.iteration import steps
from octotui.model.space import Model
from octotui.model.toml.sources import files_of

Load = Callable[[Path], Model]
Signature = tuple[tuple[str | int, ...], ...]


class ModelWatcher:
    """A model's file or folder, and a sentence about what is wrong with it now."""

    def __init__(self, path: Path, load: Load, model: Model) -> None:
        self.trouble = ""
        self._path = path
        self._load = load
        self._model = model
        self._seen = _signature(path, model)

    async def check(self, path: str | None = None) -> Model | None:
        """Return the model if its files changed, or None; `path` is another file to watch from now on."""
        if path is not None and Path(path) != self._path:
            self._path, self._seen = Path(path), ()
        seen = _signature(self._path, self._model)
        if seen == self._seen:
            return None
        self._seen = seen
        if self._path.exists() and not (self._path.is_file() or self._path.is_dir()):
            self.trouble = f"{self._path} is no file or folder now: this space keeps its model"
            return None
        try:
            model = await asyncio.to_thread(self._load, self._path)
        except ModelError as error:
            self.trouble = _sentence(error)
            return None
        if model.space.slug != self._model.space.slug:
            self.trouble = (
                f"{self._path} declares the space {model.space.name} now: this space keeps its model"
            )
            return None
        self.trouble = ""
        self._model = model
        self._seen = _signature(self._path, model)
        return model


def _sentence(error: ModelError) -> str:
    """Return the first complaint, and how many more there are."""
    first, *more = error.complaints
    rest = f", and {len(more)} more" if more else ""
    return f"the model has errors and was not loaded: {first}{rest}"


def _signature(path: Path, model: Model) -> Signature:
    """Return a value that changes when a file of the model, or who may write it, changes."""
    files = tuple(_files(path, model))
    folders = dict.fromkeys(parent for file in files for parent in file.parents)
    return *map(_stamp, files), *(_stamp(each)[-2:] for each in folders)


def _files(path: Path, model: Model) -> Iterator[Path]:
    try:
        yield from files_of(path)
    except ModelError:
        yield path
    folder = path if path.is_dir() else path.parent
    yield from sorted((folder / "templates").glob("*.toml"))
    for _, step in steps(model):
        if step.script is not None and step.script.file is not None:
            yield Path(step.script.file)
        if step.contained.dockerfile_path is not None:
            yield Path(step.contained.dockerfile_path)


def _stamp(file: Path) -> tuple[str | int, ...]:
    try:
        stat = file.stat()
    except OSError:
        return (str(file), *(0,) * 5)
    return str(file), stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_mode, stat.st_uid
