"""Specifications of TOML tables as data, from which reader, writer and JSON Schema derive."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec


class ScalarSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A single value: a predicate on the raw value, its conversion (`clean`), and the inverse (`show`).

    `why` returns what is wrong with a text in a sentence, or `""`. A `path` is relative to its file; one
    that may be in the `home` of the account may begin with `~/`; texts with another
    beginning than those of `path_begins` are none.
    """

    what: str
    schema: dict[str, Any]
    holds: Callable[[Any], bool]
    clean: Callable[[Any], Any] = lambda raw: raw
    show: Callable[[Any], Any] = lambda value: value
    known: tuple[str, ...] = ()
    path: bool = False
    home: bool = False
    path_begins: tuple[str, ...] = ("",)
    why: Callable[[str], str] = lambda raw: ""


class TableSpec(msgspec.Struct, frozen=True):
    """A table with known keys, including exactly one of `one_of`.

    `values` are the structs that it is read into; their defaults are the defaults of its keys. Where its
    `endpoint` is another machine, `there` are the keys whose paths are over there, and absolute.
    """

    keys: dict[str, "KeySpec"]
    one_of: tuple[str, ...] = ()
    hint: str = ""
    values: tuple[type[msgspec.Struct], ...] = ()
    there: tuple[str, ...] = ()

    def required(self) -> tuple[str, ...]:
        """Return the keys that must be present."""
        return tuple(name for name, key in self.keys.items() if key.required)

    def dependent(self) -> frozenset[str]:
        """Return the keys that require or exclude other keys."""
        return frozenset(
            name for name, key in self.keys.items() if key.only_with or key.not_with or name in self.one_of
        )

    def default(self, name: str) -> str | int | bool | None:
        """Return the default of a key as written in TOML, or None."""
        key = self.keys[name]
        if key.default is not None or not isinstance(key.shape, ScalarSpec):
            return key.default
        fields = (each for struct in self.values for each in msgspec.structs.fields(struct))
        default = next((each.default for each in fields if each.name == name), msgspec.NODEFAULT)
        unsaid = default is msgspec.NODEFAULT or default is None or default == ""
        return None if unsaid else key.shape.show(default)


class KeyedSpec(msgspec.Struct, frozen=True):
    """A table with free keys, such as slugs."""

    key: ScalarSpec
    of: "Spec"


class ListSpec(msgspec.Struct, frozen=True):
    """A list of at least `least` elements; with `alone`, a single value stands for a list of one."""

    of: "Spec"
    alone: bool = False
    repeats: bool = False
    least: int = 0


class AlternativeSpec(msgspec.Struct, frozen=True):
    """A single value, or a table with further keys."""

    leaf: ScalarSpec
    record: TableSpec


class KeySpec(msgspec.Struct, frozen=True):
    """A key of a table: its value, a sentence for editors, and the keys it requires or excludes.

    `rule` names the rules of docs/rules.md about it; `default` is for keys that no struct has a default for.
    Of a `secret` one, no complaint repeats the value, as people write the secret itself there by mistake.
    """

    shape: "Spec"
    about: str
    required: bool = False
    only_with: str = ""
    not_with: tuple[str, ...] = ()
    rule: str = ""
    default: str | int | bool | None = None
    secret: bool = False


Spec = ScalarSpec | TableSpec | KeyedSpec | ListSpec | AlternativeSpec


JOINERS = str.maketrans("", "", "\u200c\u200d")


def _is_printable(text: str) -> bool:
    """Return whether a text is printable; joiners within words, which many scripts need, are accepted."""
    if text.isprintable():
        return True
    within = text.strip("\u200c\u200d") == text
    return within and text.translate(JOINERS).isprintable()


LINES = str.maketrans("\r\n\t", "   ")


def text(what: str, pattern: str, *, path: bool = False, lines: bool = False) -> ScalarSpec:
    """Return the specification of a printable text that matches a pattern, of one or several `lines`.

    A `path` is relative to its file.
    """
    compiled = cache(lambda: re.compile(pattern))  # few models have most keys

    def holds(raw: Any) -> bool:
        return isinstance(raw, str) and _is_printable(plain(raw)) and compiled().fullmatch(raw) is not None

    plain = (lambda raw: raw.translate(LINES)) if lines else str
    return ScalarSpec(
        what=what,
        schema={"type": "string", "pattern": f"^(?:{pattern})$"},
        holds=holds,
        path=path,
    )


def prose(*, empty: bool = True) -> ScalarSpec:
    """Return the specification of a text of any number of lines, blank only if `empty`."""
    return ScalarSpec(
        what="text" if empty else "text with something in it",
        schema={"type": "string"} if empty else {"type": "string", "pattern": r"\S"},
        holds=lambda raw: isinstance(raw, str) and (empty or bool(raw.strip())),
    )


def quantity(
    what: str, pattern: str, clean: Callable[[str], float], show: Callable[[Any], str]
) -> ScalarSpec:
    """Return the specification of a number with a unit; `clean` parses every text of the pattern."""
    return msgspec.structs.replace(text(what, pattern), clean=clean, show=show)


def choice(*names: str) -> ScalarSpec:
    """Return the specification of an enumeration."""
    what = " or ".join(f'"{name}"' for name in names)
    return ScalarSpec(what=what, schema={"enum": list(names)}, holds=lambda raw: raw in names, known=names)


def flag() -> ScalarSpec:
    """Return the specification of a boolean."""
    schema = {"type": "boolean"}
    return ScalarSpec(what="true or false", schema=schema, holds=lambda raw: isinstance(raw, bool))


def whole(least: int, most: int = 1_000_000) -> ScalarSpec:
    """Return the specification of an integer from `least` to `most`."""
    return ScalarSpec(
        what=f"a whole number from {least} to {most}",
        schema={"type": "integer", "minimum": least, "maximum": most},
        holds=lambda raw: isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most,
    )


def scalar() -> ScalarSpec:
    """Return the specification of a text, or of a number or boolean that is converted to text."""
    return ScalarSpec(
        what="text, a number, true or false",
        schema={"type": ["string", "number", "boolean"]},
        holds=lambda raw: isinstance(raw, str | float) or (isinstance(raw, int) and abs(raw) < 1e18),
        clean=str,
    )


def number() -> ScalarSpec:
    """Return the specification of a positive number, with or without decimals."""
    return ScalarSpec(
        what="a positive number such as 1.5",
        schema={"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000},
        holds=lambda raw: isinstance(raw, int | float) and not isinstance(raw, bool) and 0 < raw <= 1_000_000,
        clean=float,
    )
