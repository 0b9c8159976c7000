"""Validation of raw tables by their specification: reports every problem and returns clean values."""

import pathlib
import re
from collections.abc import Hashable
from typing import Any

import msgspec
from msgspec import UNSET

from octotui.model.complaints import Keys, Report, did_you_mean, key_meant, listing
from octotui.model.machines.endpoints import LOCAL
from octotui.model.toml.specs.spec import (
    AlternativeSpec,
    KeyedSpec,
    KeySpec,
    ListSpec,
    ScalarSpec,
    Spec,
    TableSpec,
)

_ACCOUNT = re.compile(r"(://)[^/?#]*@")
"""The account and password in an address, which are not repeated."""


class Validator:
    """Validates the tables of one file; relative paths resolve against its `folder`."""

    def __init__(self, folder: pathlib.Path, report: Report) -> None:
        self._folder = folder
        self._report = report
        self._hides = False  # values, within a secret key
        self._known: dict[int, tuple[tuple[str, ...], frozenset[str]]] = {}  # by id: required, dependent keys

    def read(self, shape: Spec, raw: Any, at: Keys = ()) -> Any:
        """Return the clean value, or UNSET for an invalid one; an invalid table becomes an empty one."""
        if isinstance(shape, AlternativeSpec):
            shape = shape.record if isinstance(raw, dict) else shape.leaf
        match shape:
            case ScalarSpec():
                return self._leaf(shape, raw, at)
            case TableSpec():
                return self._record(shape, raw, at)
            case KeyedSpec():
                return self._keyed(shape, raw, at)
            case _:
                return self._listing(shape, raw, at)

    def _leaf(self, leaf: ScalarSpec, raw: Any, at: Keys) -> Any:
        if not leaf.holds(raw):
            if leaf.known and isinstance(raw, str) and not self._hides:
                self._report(at, f'"{raw}" is not known{did_you_mean(raw, leaf.known)}')
            else:
                self._report(at, f"Expected {leaf.what}." if self._hides else _unfit(leaf, raw))
            return UNSET
        if leaf.path and raw.startswith(leaf.path_begins) and not (leaf.home and raw.startswith("~/")):
            return str(self._folder / raw)
        return leaf.clean(raw)

    def _record(self, record: TableSpec, raw: Any, at: Keys) -> dict[str, Any]:
        if not self._table(raw, at, record):
            return {}
        clean = {}
        required, dependent = self._known.get(id(record)) or self._index_keys(record)
        for name, value in raw.items():
            if key := record.keys.get(name):
                if name in dependent:
                    self._check_combination(record, name, raw, at)
                shape = key.shape
                if isinstance(shape, ScalarSpec) and not shape.path and shape.holds(value):
                    clean[name] = shape.clean(value)  # the fast path: no key path is built
                elif (read := self._value(key, value, (*at, name))) is not UNSET:
                    clean[name] = read
            else:
                meant = key_meant(name, record.keys)
                self._report((*at, name), f'"{name}" is not known here{meant} {record.hint}'.rstrip())
        self._missing(record, required, raw, at)
        if record.there and raw.get("endpoint", LOCAL) != LOCAL:
            self._check_there(record, raw, at)
        return clean

    def _check_there(self, record: TableSpec, raw: dict[str, Any], at: Keys) -> None:
        """Report relative paths on another machine, where the folder of the file means nothing."""
        for name in record.there:
            if isinstance(path := raw.get(name), str) and path and not path.startswith("/"):
                sentence = "It is a folder on that machine: write the whole path, from the slash on."
                self._report((*at, name), sentence)

    def _value(self, key: KeySpec, raw: Any, at: Keys) -> Any:
        """Read the value of a key; within a secret one, no complaint repeats any."""
        before, self._hides = self._hides, self._hides or key.secret
        try:
            return self.read(key.shape, raw, at)
        finally:
            self._hides = before

    def _index_keys(self, record: TableSpec) -> tuple[tuple[str, ...], frozenset[str]]:
        known = self._known[id(record)] = record.required(), record.dependent()
        return known

    def _missing(self, record: TableSpec, required: tuple[str, ...], raw: dict[str, Any], at: Keys) -> None:
        for name in required:
            if name not in raw:
                self._report((*at, name), f'"{name}" is missing.')
        if record.one_of and not any(name in raw for name in record.one_of):
            self._report(at, f"One of {listing(list(record.one_of))} is missing.")

    def _check_combination(self, record: TableSpec, name: str, raw: dict[str, Any], at: Keys) -> None:
        """Report a key that requires or excludes another one."""
        key = record.keys[name]
        if key.only_with and key.only_with not in raw:
            self._report((*at, name), f'"{name}" goes only with "{key.only_with}"; remove it.')
        elif other := next((each for each in key.not_with if each in raw), None):
            self._report((*at, name), f'"{name}" does not go with "{other}"; remove one of them.')
        elif name in record.one_of:
            first = next(each for each in raw if each in record.one_of)
            if first != name:
                self._report((*at, name), f'"{name}" does not go with "{first}"; keep one of them.')

    def _keyed(self, keyed: KeyedSpec, raw: Any, at: Keys) -> dict[str, Any]:
        if not self._table(raw, at):
            return {}
        for name in raw:
            if not keyed.key.holds(name):
                self._report((*at, name), _unfit(keyed.key, name))
        clean = {name: self.read(keyed.of, value, (*at, name)) for name, value in raw.items()}
        return {name: value for name, value in clean.items() if value is not UNSET}

    def _listing(self, shape: ListSpec, raw: Any, at: Keys) -> list[Any]:
        if not isinstance(raw, list):
            if shape.alone:
                clean = self.read(shape.of, raw, at)
                return [] if clean is UNSET else [clean]
            headers = " Write its header in double brackets: [[…]]." if isinstance(raw, dict) else ""
            self._report(at, f"Expected a list{self._but(raw)}.{headers}")
            return []
        if len(raw) < shape.least:
            self._report(at, "This list is empty; name at least one.")
        if isinstance(shape.of, ScalarSpec) and not shape.repeats:
            seen: set[object] = set()
            for index, each in enumerate(raw):
                if isinstance(each, Hashable) and each in seen:
                    shown = "This" if self._hides else _value_text(each)
                    self._report((*at, index), f"{shown} is listed twice; keep one.")
                seen |= {each} if isinstance(each, Hashable) else set()
        values = [self.read(shape.of, each, (*at, index)) for index, each in enumerate(raw)]
        return [each for each in values if each is not UNSET]

    def _table(self, raw: Any, at: Keys, record: TableSpec | None = None) -> bool:
        if isinstance(raw, dict):
            return True
        if self._hides and record is not None and record.one_of:
            such = " or ".join(f"{{ {name} = … }}" for name in record.one_of[:2])
            self._report(at, f"Expected a table such as {such}. {record.hint}".rstrip())
        else:
            self._report(at, f"Expected a table{self._but(raw)}.")
        return False

    def _but(self, raw: Any) -> str:
        return "" if self._hides else f", not {_value_text(raw)}"


def _unfit(leaf: ScalarSpec, raw: Any) -> str:
    """Return a sentence about a value that does not fit its specification."""
    if isinstance(raw, str) and raw != raw.strip() and leaf.holds(raw.strip()):
        end = "begins" if raw != raw.lstrip() else "ends"
        return f"{_value_text(raw)} {end} with a blank; remove it."
    if isinstance(raw, str) and (why := leaf.why(raw)):
        return why
    return f"Expected {leaf.what}, not {_value_text(raw)}."


def _value_text(raw: object) -> str:
    """Return a raw value as a phrase."""
    match raw:
        case bool():
            return str(raw).lower()
        case str():
            shown = _ACCOUNT.sub(r"\1…@", raw)
            return msgspec.json.encode(shown[:60]).decode() if raw else "an empty text"
        case int() | float():
            return f"the number {raw}" if abs(raw) < 1e18 else "so large a number"
        case dict():
            return "a table"
        case list():
            return "a list"
    return "a date or time"
