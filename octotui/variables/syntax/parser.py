"""The LALR parser of the grammar, and the nodes that its rules build."""

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
    """Parse a text by the grammar. Raises TemplateError."""
    try:
        parts = cast("Parts", grammar().parse(text))  # the rules build parts, not trees
    except UnexpectedInput as error:
        raise syntax_error(text, error) from None
    return parts


@cache
def grammar() -> Lark:
    """Return the grammar, compiled once."""
    return Lark(
        File(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        transformer=Rules(),
        maybe_placeholders=False,
    )


class Rules(Transformer[Token, Parts]):
    """Builds the node of each rule of the grammar from its children."""

    def start(self, children: list[Parts]) -> Parts:
        """Return the parts of the text."""
        return children[0]

    def block(self, children: list[Part]) -> Parts:
        """Build a sequence of parts."""
        return tuple(children)

    def text(self, tokens: list[Token]) -> str:
        """Return plain text, such as an empty tag."""
        return str(tokens[0])

    blank = word = text

    def escape(self, tokens: list[Token]) -> str:
        """Unescape hashes before a brace: remove one."""
        return str(tokens[0])[1:]

    def quoted(self, tokens: list[Token]) -> str:
        """Unquote a literal, whose quotes may be escaped."""
        quotes = 1 if tokens[0].type == "STRING" else 2
        return str(tokens[0])[quotes:-quotes]

    def path(self, children: list[Any]) -> Name | Path:
        """Build a name, a `Path` if one of its indexes is a tag."""
        if len(children) == 1:
            token = children[0]
            return Name(str(token), key_of(token), token.start_pos, token.end_pos)
        return Path(tuple(str(each) if isinstance(each, Token) else each for each in children))

    bare = path

    def filtered(self, children: list[Any]) -> Filtered:
        """Build a pipeline of filters."""
        subject = None if isinstance(children[0], Call) else children[0]
        return Filtered(subject, tuple(each for each in children if isinstance(each, Call)))

    def call(self, children: list[Any]) -> Call:
        """Build a filter call."""
        return Call(str(children[0]), tuple(children[1:]))

    def substitution(self, children: list[Any]) -> Name | Substitution:
        """Build a tag that is replaced by a value."""
        start, expression, end = children[0].start_pos, children[1], children[-1].end_pos
        if isinstance(expression, Name):
            return Name(expression.path, expression.key, start, end)
        return Substitution(expression, start, end)

    def condition(self, children: list[Any]) -> Condition:
        """Build a condition."""
        left, *more = children
        return Condition(left, more[1], more[0] == "==") if more else Condition(left)

    def conditional(self, children: list[Any]) -> If:
        """Build an `if`, each `elseif` nested in the one before."""
        opened, condition, _, then, *more, closed = children
        otherwise: Parts = () if not more or isinstance(more[-1], If) else more.pop()
        for each in reversed(more):
            otherwise = (If(each.condition, each.then, otherwise, each.start, closed.end_pos),)
        return If(condition, then, otherwise, opened.start_pos, closed.end_pos)

    def elseif(self, children: list[Any]) -> If:
        """Build an `elseif`, whose `otherwise` is set by `conditional`."""
        return If(children[1], children[3], (), children[0].start_pos, children[0].end_pos)

    def otherwise(self, children: list[Parts]) -> Parts:
        """Return the block after an `else`."""
        return children[0]

    def unless(self, children: list[Any]) -> If:
        """Build an `unless`: an `if` with swapped blocks."""
        opened, condition, _, then, *more, closed = children
        return If(condition, more[0] if more else (), then, opened.start_pos, closed.end_pos)

    def each(self, children: list[Any]) -> Each:
        """Build a loop."""
        opened, collection, _, body, closed = children
        item = EACH.match(opened)
        return Each(item[1] if item else "", collection, body, opened.start_pos, closed.end_pos)

    def number(self, tokens: list[Token]) -> float:
        """Convert a number of a calculation."""
        return float(tokens[0])

    def wrapped(self, children: list[Any]) -> Name | Path:
        """Return a name in braces in a calculation, which may have operators and spaces."""
        return children[0]  # type: ignore[no-any-return]

    def operation(self, children: list[Any]) -> Operation:
        """Build a binary operation."""
        return Operation(children[0], str(children[1]), children[2])

    def calc(self, children: list[Any]) -> Calc:
        """Build a calculation."""
        return Calc(children[1], children[0].start_pos, children[-1].end_pos)
