"""What a text with expressions is read into: frozen nodes, and what filling it in gives."""

import msgspec

LARGEST = 1 << 24  # characters in a result, or in any value on the way to it


class TemplateError(Exception):
    """A text whose expressions cannot be read or filled in: a sentence, and where (characters from 1)."""

    def __init__(self, sentence: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {sentence}")
        self.sentence = sentence
        self.line = line
        self.column = column


class OverBudget(TemplateError):
    """A text that is too much to fill in; `variable` is the outermost one that it was in, or empty."""

    variable = ""

    @property
    def reason(self) -> str:
        """One sentence that names the variable."""
        what = f"the variable {self.variable}" if self.variable else "its text"
        return f"{what} cannot be filled in: {self.sentence[:1].lower()}{self.sentence[1:]}"


class TooMuch(Exception):
    """Filling in went over a bound of size or work: the sentence that says which."""


class TooDeep(TooMuch):
    """Values or expressions stand too deep in one another: the sentence that says so."""


class Filled(msgspec.Struct, frozen=True):
    """A text filled in, the names nobody knew, and what else went wrong in sentences, once each.

    Names that hardly are names are `strange`, and what went wrong says of them where they stand.
    """

    text: str
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


class Name(msgspec.Struct, frozen=True):
    """A name known when read, such as `A.B[c]`, and from where to where its tag stands."""

    path: str
    key: str
    start: int
    end: int


class Path(msgspec.Struct, frozen=True):
    """A name with tags as indexes, such as `A[#{B}].C`: text and tags in turn."""

    pieces: tuple["str | Name | Substitution", ...]


class Call(msgspec.Struct, frozen=True):
    """A filter and its arguments, such as `| Replace "a" #{b}`."""

    filter: str
    options: "Parts"


class Filtered(msgspec.Struct, frozen=True):
    """A name, or none, sent through filters from left to right."""

    subject: Name | Path | None
    calls: tuple[Call, ...]


class Substitution(msgspec.Struct, frozen=True):
    """A tag to be replaced by what it stands for, unless it is a plain `Name`."""

    expression: Path | Filtered
    start: int
    end: int


class Condition(msgspec.Struct, frozen=True):
    """A value that is true or false, or two that are compared; plain text is a quoted one."""

    left: "Expression | str"
    right: "Expression | str | None" = None
    equal: bool = True


class If(msgspec.Struct, frozen=True):
    """Either of two blocks; an `unless` has them the other way round, an `elseif` is one within."""

    condition: Condition
    then: "Parts"
    otherwise: "Parts"
    start: int
    end: int


class Each(msgspec.Struct, frozen=True):
    """A block for each item of a collection."""

    item: str
    collection: "Expression"
    body: "Parts"
    start: int
    end: int


class Operation(msgspec.Struct, frozen=True):
    """Two numbers and a sign of `+-*/%`."""

    left: "Number"
    sign: str
    right: "Number"


class Calc(msgspec.Struct, frozen=True):
    """A calculation whose result stands in the text."""

    number: "Number"
    start: int
    end: int


Expression = Name | Path | Filtered
Number = float | Name | Path | Operation
Part = str | Name | Substitution | If | Each | Calc
Parts = tuple[Part, ...]


def left_as_written(sentence: object) -> str:
    """What is said of what is no expression, and so stands in a text as it did."""
    return f"{sentence} It stays as it is written."


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column of a place in a text, both from 1 and in characters."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
