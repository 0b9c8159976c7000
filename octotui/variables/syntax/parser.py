"""A text read by the grammar: what its rules make, and what is said when it does not fit."""

import re
from functools import cache
from pathlib import Path as File
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from octotui.variables.syntax.names import key_of
from octotui.variables.syntax.nodes import (
    Calc,
    Call,
    Condition,
    Each,
    Filtered,
    If,
    Name,
    Operation,
    Part,
    Parts,
    Path,
    Substitution,
)
from octotui.variables.syntax.syntax_errors import syntax_error

EACH = re.compile(r"#\{\s*each\s+(.*?)\s+in\s+", re.IGNORECASE | re.DOTALL)


def read_fully(text: str) -> Parts:
    """The parts of a text with any tags; raises TemplateError."""
    try:
        parts = cast("Parts", grammar().parse(text))  # the rules make parts, not trees
    except UnexpectedInput as error:
        raise syntax_error(text, error) from None
    return parts


@cache
def grammar() -> Lark:
    """The grammar, compiled once."""
    return Lark(
        File(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        transformer=Rules(),
        maybe_placeholders=False,
    )


class Rules(Transformer[Token, Parts]):
    """What each rule of the grammar makes of what it found."""

    def start(self, found: list[Parts]) -> Parts:
        """The text itself."""
        return found[0]

    def block(self, found: list[Part]) -> Parts:
        """A run of parts."""
        return tuple(found)

    def text(self, found: list[Token]) -> str:
        """Plain text, which an empty tag is too."""
        return str(found[0])

    blank = word = text

    def escape(self, found: list[Token]) -> str:
        """Hashes before a brace, of which one goes."""
        return str(found[0])[1:]

    def quoted(self, found: list[Token]) -> str:
        """A quoted text, whose quotes may be escaped themselves."""
        quotes = 1 if found[0].type == "STRING" else 2
        return str(found[0])[quotes:-quotes]

    def path(self, found: list[Any]) -> Name | Path:
        """A name, plain if none of its indexes is a tag."""
        if len(found) == 1:
            token = found[0]
            return Name(str(token), key_of(token), token.start_pos, token.end_pos)
        return Path(tuple(str(each) if isinstance(each, Token) else each for each in found))

    bare = path

    def filtered(self, found: list[Any]) -> Filtered:
        """A name and its filters."""
        subject = None if isinstance(found[0], Call) else found[0]
        return Filtered(subject, tuple(each for each in found if isinstance(each, Call)))

    def call(self, found: list[Any]) -> Call:
        """A filter and its arguments."""
        return Call(str(found[0]), tuple(found[1:]))

    def substitution(self, found: list[Any]) -> Name | Substitution:
        """A tag that stands for a value."""
        start, expression, end = found[0].start_pos, found[1], found[-1].end_pos
        if isinstance(expression, Name):
            return Name(expression.path, expression.key, start, end)
        return Substitution(expression, start, end)

    def condition(self, found: list[Any]) -> Condition:
        """What an `if` depends on."""
        left, *more = found
        return Condition(left, more[1], more[0] == "==") if more else Condition(left)

    def conditional(self, found: list[Any]) -> If:
        """An `if` with all its `elseif`s, each within the one before."""
        opened, condition, _, then, *more, closed = found
        otherwise: Parts = () if not more or isinstance(more[-1], If) else more.pop()
        for each in reversed(more):
            otherwise = (If(each.condition, each.then, otherwise, each.start, closed.end_pos),)
        return If(condition, then, otherwise, opened.start_pos, closed.end_pos)

    def elseif(self, found: list[Any]) -> If:
        """An `elseif`, whose other block is not known yet."""
        return If(found[1], found[3], (), found[0].start_pos, found[0].end_pos)

    def otherwise(self, found: list[Parts]) -> Parts:
        """The block after an `else`."""
        return found[0]

    def unless(self, found: list[Any]) -> If:
        """An `if` the other way round."""
        opened, condition, _, then, *more, closed = found
        return If(condition, more[0] if more else (), then, opened.start_pos, closed.end_pos)

    def each(self, found: list[Any]) -> Each:
        """A block for each item."""
        opened, collection, _, body, closed = found
        item = EACH.match(opened)
        return Each(item[1] if item else "", collection, body, opened.start_pos, closed.end_pos)

    def number(self, found: list[Token]) -> float:
        """A number in a calculation."""
        return float(found[0])

    def wrapped(self, found: list[Any]) -> Name | Path:
        """A name in braces in a calculation, where it may hold signs and spaces."""
        return found[0]  # type: ignore[no-any-return]

    def operation(self, found: list[Any]) -> Operation:
        """Two numbers and their sign."""
        return Operation(found[0], str(found[1]), found[2])

    def calc(self, found: list[Any]) -> Calc:
        """A calculation in the text."""
        return Calc(found[1], found[0].start_pos, found[-1].end_pos)
