"""Reading a model from a TOML file or a folder of them, with all complaints at once."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from octotui.model.checks.all import check
from octotui.model.complaints import (
    Complaint,
    InsideReport,
    Keys,
    ModelError,
    SourcePosition,
    bounded_suggestions,
)
from octotui.model.file_trust import FileTrust
from octotui.model.space import Model
from octotui.model.toml.convert import convert
from octotui.model.toml.sources import Source, files_of
from octotui.model.toml.specs.space_spec import MODEL
from octotui.model.toml.templates import Library
from octotui.model.toml.validate import Validator

_SINGLE = ("space", "engine", "access", "notify", "retention")


Check = Callable[[Model, InsideReport], None]
"""Checks texts of a model whose language belongs to another package, such as templates."""


def load(path: Path | str, checks: Sequence[Check] = (), trust: FileTrust | None = None) -> Model:
    """Read a model from a file, or from all `*.toml` of a folder. Raises ModelError with all complaints."""
    return load_with_warnings(path, checks, (), trust)[0]


def load_with_warnings(
    path: Path | str,
    checks: Sequence[Check] = (),
    advice: Sequence[Check] = (),
    trust: FileTrust | None = None,
) -> tuple[Model, tuple[Complaint, ...]]:
    """Return the model and its warnings, sorted by position. Raises ModelError with all complaints.

    `checks` report complaints, `advice` reports warnings. Without `trust` files of every owner are read;
    group-writable files are warned of.
    """
    with bounded_suggestions():
        return _read(Path(path), checks, advice, trust or FileTrust())


def _read(
    path: Path, checks: Sequence[Check], advice: Sequence[Check], trust: FileTrust
) -> tuple[Model, tuple[Complaint, ...]]:
    reading = _Reading(trust)
    for file in files_of(path):
        reading.add(file, named=file == path)
    if not reading.broken:
        model = reading.model()
        for each in checks:
            each(model, reading.inside)
    if complaints := reading.complaints():
        raise ModelError(complaints)
    warnings = list(trust.warnings(model.access.group))

    def warn(at: Keys, message: str, position: SourcePosition) -> None:
        warnings.append(reading.complaint(at, message, position))

    for each in advice:
        each(model, warn)
    return model, ModelError(warnings).complaints


class _Reading:
    """The merged tables of several files, the origin of each, and the first problem of each key."""

    def __init__(self, trust: FileTrust) -> None:
        self._trust = trust
        self.broken: list[Complaint] = []
        self._sources: list[Source] = []
        self._tables: dict[str, Any] = {}
        self._origins: dict[Keys, Source] = {}
        self._problems: dict[tuple[Source, Keys], str] = {}
        self._places: dict[tuple[Source, Keys], SourcePosition] = {}

    def add(self, file: Path, *, named: bool) -> None:
        """Read and merge one file, a pipe only if it is `named`; the first declaration of a key is kept."""
        try:
            source = Source(file, self._trust, streams=named)
        except ModelError as error:
            self.broken += error.complaints
            return
        self._sources.append(source)
        report = partial(self._report, source)
        for table, content in Validator(source.folder, report).read(MODEL, source.tables).items():
            if table in _SINGLE:
                if self._first(source, (table,)):
                    self._tables[table] = content
            else:
                merged = self._tables.setdefault(table, {})
                new = {key: each for key, each in content.items() if self._first(source, (table, key))}
                merged.update(new)

    def model(self) -> Model:
        """Convert and cross-check the merged tables."""
        if "space" not in self._tables:
            self._about(("space",), '"space" is missing: say [space] and name = "…" in one place.')
        library = Library(self._sources[0].folder, self._trust)
        model = convert(self._tables, self._about, library)
        self.broken += library.complaints
        check(model, self._about)
        return model

    def inside(self, at: Keys, message: str, position: SourcePosition) -> None:
        """Record a problem inside the text of a key, or of the file that it names."""
        self._places[self._source(at), at] = position
        self._about(at, message)

    def complaint(self, at: Keys, message: str, position: SourcePosition) -> Complaint:
        """Return a complaint about a position inside the text of a key."""
        return self._source(at).complaint(at, message, position)

    def complaints(self) -> list[Complaint]:
        """Return all recorded problems as complaints."""
        complaints = (
            source.complaint(at, message, self._places.get((source, at)))
            for (source, at), message in self._problems.items()
        )
        return [*self.broken, *complaints]

    def _first(self, source: Source, at: Keys) -> bool:
        first = self._origins.setdefault(at, source)
        if first is not source:
            self._report(source, at, f"This is declared in {first.place(at)} already; keep one of them.")
        return first is source

    def _source(self, at: Keys) -> Source:
        return self._origins.get(at[:2]) or self._origins.get(at[:1]) or self._sources[0]

    def _about(self, at: Keys, message: str) -> None:
        self._report(self._source(at), at, message)

    def _report(self, source: Source, at: Keys, message: str) -> None:
        self._problems.setdefault((source, at), message)
