"""What a TOML table may hold, as data: the reader, the writer and the JSON Schema all follow it."""

import re
from collections.abc import Callable
from typing import Any

import msgspec


class ScalarSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A single value: whether a raw one holds, the clean one made of it, and how that is written again."""

    what: str
    schema: dict[str, Any]
    holds: Callable[[Any], bool]
    clean: Callable[[Any], Any] = lambda raw: raw
    show: Callable[[Any], Any] = lambda value: value
    known: tuple[str, ...] = ()
    path: bool = False


class TableSpec(msgspec.Struct, frozen=True):
    """A table with known keys, of which exactly one of `one_of` is there.

    `values` are the structs that it is read into: their defaults are those of its keys.
    """

    keys: dict[str, "KeySpec"]
    one_of: tuple[str, ...] = ()
    hint: str = ""
    values: tuple[type[msgspec.Struct], ...] = ()

    def required(self) -> tuple[str, ...]:
        """The keys that have to be there."""
        return tuple(name for name, key in self.keys.items() if key.required)

    def dependent(self) -> frozenset[str]:
        """The keys that want or exclude others beside them."""
        return frozenset(
            name for name, key in self.keys.items() if key.only_with or key.not_with or name in self.one_of
        )

    def default(self, name: str) -> str | int | bool | None:
        """Return the value of a key that is left out, as TOML writes it; None where that is no value."""
        key = self.keys[name]
        if key.default is not None or not isinstance(key.shape, ScalarSpec):
            return key.default
        fields = (each for struct in self.values for each in msgspec.structs.fields(struct))
        default = next((each.default for each in fields if each.name == name), msgspec.NODEFAULT)
        unsaid = default is msgspec.NODEFAULT or default is None or default == ""
        return None if unsaid else key.shape.show(default)


class KeyedSpec(msgspec.Struct, frozen=True):
    """A table whose keys people choose."""

    key: ScalarSpec
    of: "Spec"


class ListSpec(msgspec.Struct, frozen=True):
    """A list; where `alone`, one value that is no list stands for a list of one; `least` is its shortest."""

    of: "Spec"
    alone: bool = False
    repeats: bool = False
    least: int = 0


class AlternativeSpec(msgspec.Struct, frozen=True):
    """A single value, or a table that says more."""

    leaf: ScalarSpec
    record: TableSpec


class KeySpec(msgspec.Struct, frozen=True):
    """A key of a record: its value, a sentence for editors, and the keys it needs or excludes beside it.

    `rule` names the rules of docs/rules.md that it is about; `default` is said where no struct has it.
    """

    shape: "Spec"
    about: str
    required: bool = False
    only_with: str = ""
    not_with: tuple[str, ...] = ()
    rule: str = ""
    default: str | int | bool | None = None


Spec = ScalarSpec | TableSpec | KeyedSpec | ListSpec | AlternativeSpec


JOINERS = str.maketrans("", "", "\u200c\u200d")


def _is_printable(text: str) -> bool:
    """Whether a text shows as it is: joiners within words, which many scripts need, count as letters."""
    if text.isprintable():
        return True
    within = text.strip("\u200c\u200d") == text
    return within and text.translate(JOINERS).isprintable()


LINES = str.maketrans("\r\n\t", "   ")


def text(what: str, pattern: str, *, path: bool = False, lines: bool = False) -> ScalarSpec:
    """A printable text that matches a pattern, of one line, or of several `lines`.

    A `path` is relative to its file.
    """
    matches = re.compile(pattern).fullmatch
    plain = (lambda raw: raw.translate(LINES)) if lines else str
    return ScalarSpec(
        what=what,
        schema={"type": "string", "pattern": f"^(?:{pattern})$"},
        holds=lambda raw: isinstance(raw, str) and _is_printable(plain(raw)) and matches(raw) is not None,
        path=path,
    )


def prose(*, empty: bool = True) -> ScalarSpec:
    """Text of any number of lines; where not `empty`, there must be something to read."""
    return ScalarSpec(
        what="text" if empty else "text with something in it",
        schema={"type": "string"} if empty else {"type": "string", "pattern": r"\S"},
        holds=lambda raw: isinstance(raw, str) and (empty or bool(raw.strip())),
    )


def quantity(
    what: str, pattern: str, clean: Callable[[str], float], show: Callable[[Any], str]
) -> ScalarSpec:
    """A number that people write as text with a unit; `clean` reads every text of the pattern."""
    return msgspec.structs.replace(text(what, pattern), clean=clean, show=show)


def choice(*names: str) -> ScalarSpec:
    """One of a few words."""
    what = " or ".join(f'"{name}"' for name in names)
    return ScalarSpec(what=what, schema={"enum": list(names)}, holds=lambda raw: raw in names, known=names)


def flag() -> ScalarSpec:
    """True or false."""
    schema = {"type": "boolean"}
    return ScalarSpec(what="true or false", schema=schema, holds=lambda raw: isinstance(raw, bool))


def whole(least: int, most: int = 1_000_000) -> ScalarSpec:
    """A whole number between two others."""
    return ScalarSpec(
        what=f"a whole number from {least} to {most}",
        schema={"type": "integer", "minimum": least, "maximum": most},
        holds=lambda raw: isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most,
    )


def scalar() -> ScalarSpec:
    """Text, or a number or true or false that becomes text."""
    return ScalarSpec(
        what="text, a number, true or false",
        schema={"type": ["string", "number", "boolean"]},
        holds=lambda raw: isinstance(raw, str | float) or (isinstance(raw, int) and abs(raw) < 1e18),
        clean=str,
    )
