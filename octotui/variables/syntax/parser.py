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

    def start(self, children: list[Parts]) -> Parts:
        """The text itself."""
        return children[0]

    def block(self, children: list[Part]) -> Parts:
        """A run of parts."""
        return tuple(children)

    def text(self, tokens: list[Token]) -> str:
        """Plain text, which an empty tag is too."""
        return str(tokens[0])

    blank = word = text

    def escape(self, tokens: list[Token]) -> str:
        """Hashes before a brace, of which one goes."""
        return str(tokens[0])[1:]

    def quoted(self, tokens: list[Token]) -> str:
        """A quoted text, whose quotes may be escaped themselves."""
        quotes = 1 if tokens[0].type == "STRING" else 2
        return str(tokens[0])[quotes:-quotes]

    def path(self, children: list[Any]) -> Name | Path:
        """A name, plain if none of its indexes is a tag."""
        if len(children) == 1:
            token = children[0]
            return Name(str(token), key_of(token), token.start_pos, token.end_pos)
        return Path(tuple(str(each) if isinstance(each, Token) else each for each in children))

    bare = path

    def filtered(self, children: list[Any]) -> Filtered:
        """A name and its filters."""
        subject = None if isinstance(children[0], Call) else children[0]
        return Filtered(subject, tuple(each for each in children if isinstance(each, Call)))

    def call(self, children: list[Any]) -> Call:
        """A filter and its arguments."""
        return Call(str(children[0]), tuple(children[1:]))

    def substitution(self, children: list[Any]) -> Name | Substitution:
        """A tag that stands for a value."""
        start, expression, end = children[0].start_pos, children[1], children[-1].end_pos
        if isinstance(expression, Name):
            return Name(expression.path, expression.key, start, end)
        return Substitution(expression, start, end)

    def condition(self, children: list[Any]) -> Condition:
        """What an `if` depends on."""
        left, *more = children
        return Condition(left, more[1], more[0] == "==") if more else Condition(left)

    def conditional(self, children: list[Any]) -> If:
        """An `if` with all its `elseif`s, each within the one before."""
        opened, condition, _, then, *more, closed = children
        otherwise: Parts = () if not more or isinstance(more[-1], If) else more.pop()
        for each in reversed(more):
            otherwise = (If(each.condition, each.then, otherwise, each.start, closed.end_pos),)
        return If(condition, then, otherwise, opened.start_pos, closed.end_pos)

    def elseif(self, children: list[Any]) -> If:
        """An `elseif`, whose other block is not known yet."""
        return If(children[1], children[3], (), children[0].start_pos, children[0].end_pos)

    def otherwise(self, children: list[Parts]) -> Parts:
        """The block after an `else`."""
        return children[0]

    def unless(self, children: list[Any]) -> If:
        """An `if` the other way round."""
        opened, condition, _, then, *more, closed = children
        return If(condition, more[0] if more else (), then, opened.start_pos, closed.end_pos)

    def each(self, children: list[Any]) -> Each:
        """A block for each item."""
        opened, collection, _, body, closed = children
        item = EACH.match(opened)
        return Each(item[1] if item else "", collection, body, opened.start_pos, closed.end_pos)

    def number(self, tokens: list[Token]) -> float:
        """A number in a calculation."""
        return float(tokens[0])

    def wrapped(self, children: list[Any]) -> Name | Path:
        """A name in braces in a calculation, where it may hold signs and spaces."""
        return children[0]  # type: ignore[no-any-return]

    def operation(self, children: list[Any]) -> Operation:
        """Two numbers and their sign."""
        return Operation(children[0], str(children[1]), children[2])

    def calc(self, children: list[Any]) -> Calc:
        """A calculation in the text."""
        return Calc(children[1], children[0].start_pos, children[-1].end_pos)
