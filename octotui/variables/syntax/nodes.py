"""The syntax tree of a text as frozen nodes, and the result of its expansion."""

import msgspec

LARGEST = 1 << 24  # characters of a result, or of any intermediate value


class TemplateError(Exception):
    """Raised for a text that cannot be parsed or expanded: a sentence, line and column from 1."""

    def __init__(self, sentence: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {sentence}")
        self.sentence = sentence
        self.line = line
        self.column = column


class OverBudget(TemplateError):
    """Raised when expansion exceeds its budget; `variable` names the values it was in, or is empty."""

    variable = ""

    @property
    def reason(self) -> str:
        """The cause in one sentence, with the variable."""
        what = f"the variable {self.variable}" if self.variable else "its text"
        return f"{what} cannot be filled in: {self.sentence[:1].lower()}{self.sentence[1:]}"


class TooMuch(Exception):
    """Raised when expansion exceeds a bound of size or work; the sentence says which."""


class TooDeep(TooMuch):
    """Raised when values or expressions are nested too deeply."""


class Filled(msgspec.Struct, frozen=True):
    """An expanded text, its unknown names, and other problems as sentences, once each.

    Implausible names are `strange`; their positions are in `problems`.
    """

    text: str
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


class Name(msgspec.Struct, frozen=True):
    """A constant name such as `A.B[c]`, and the offsets of its tag."""

    path: str
    key: str
    start: int
    end: int


class Path(msgspec.Struct, frozen=True):
    """A name with tags as indexes, such as `A[#{B}].C`: text and tags alternating."""

    pieces: tuple["str | Name | Substitution", ...]


class Call(msgspec.Struct, frozen=True):
    """A filter call, such as `| Replace "a" #{b}`."""

    filter: str
    options: "Parts"


class Filtered(msgspec.Struct, frozen=True):
    """A pipeline of filters on an optional name."""

    subject: Name | Path | None
    calls: tuple[Call, ...]


class Substitution(msgspec.Struct, frozen=True):
    """A tag that is replaced by a value, other than a plain `Name`."""

    expression: Path | Filtered
    start: int
    end: int


class Condition(msgspec.Struct, frozen=True):
    """A truth value, or a comparison of two operands; `str` is a quoted literal."""

    left: "Expression | str"
    right: "Expression | str | None" = None
    equal: bool = True


class If(msgspec.Struct, frozen=True):
    """A conditional; an `unless` is one with swapped blocks, an `elseif` one nested in `otherwise`."""

    condition: Condition
    then: "Parts"
    otherwise: "Parts"
    start: int
    end: int


class Each(msgspec.Struct, frozen=True):
    """A loop over the items of a collection."""

    item: str
    collection: "Expression"
    body: "Parts"
    start: int
    end: int


class Operation(msgspec.Struct, frozen=True):
    """A binary operation, one of `+-*/%`."""

    left: "Number"
    sign: str
    right: "Number"


class Calc(msgspec.Struct, frozen=True):
    """A calculation that is replaced by its result."""

    number: "Number"
    start: int
    end: int


Expression = Name | Path | Filtered
Number = float | Name | Path | Operation
Part = str | Name | Substitution | If | Each | Calc
Parts = tuple[Part, ...]


def left_as_written(sentence: object) -> str:
    """Append to a sentence that the tag is left as written."""
    return f"{sentence} It stays as it is written."


def place(text: str, at: int) -> tuple[int, int]:
    """Return line and column of an offset in a text, from 1 and in characters."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
