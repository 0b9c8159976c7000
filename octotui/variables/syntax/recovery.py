"""A text whose tags cannot all be read: those that cannot are text, and all others are read (V1)."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, cast

from lark import Token
from lark.exceptions import UnexpectedInput, UnexpectedToken
from lark.lexer import LexerState
from lark.parsers.lalr_analysis import Shift

from octotui.variables.syntax.nodes import Parts
from octotui.variables.syntax.parser import grammar
from octotui.variables.syntax.syntax_errors import (
    BEGINNINGS,
    BLOCKS,
    begins_tag,
    offset_of,
    sentence_of,
    unclosed,
)

TOKEN_WORK = 1500  # for each token
TEXT_WORK = 8  # for each character
LAST = {"END_IF", "END_UNLESS", "END_EACH"}
ENDS = {"ELSEIF", "_ELSE", *LAST}  # of what is in a block
BLOCK = re.compile(r"(?<!#)((?:##)*+#)\{\s*+(/?(?i:if|unless|each)|(?i:else|elseif))\b")
"""What looks like a tag of a block, by which those of one that is none are found: they are text with it."""

END_OF_TEXT = "$END"

Misread = tuple[int, str]
"""Where a `#{` stands, from 0, that begins no tag, or what makes it none, and the sentence that says why."""


def read_what_can_be(text: str, spend: Callable[[int], None]) -> tuple[Parts, list[Misread]]:
    """The parts of any text, and what looks like a tag in it and is none; `spend` is told the work."""
    reading = _Reading(text, spend)
    while True:
        try:
            return reading.go_on(), sorted(reading.misread)
        except UnexpectedInput as error:
            reading.recover(error)


class _Reading:
    """A parser that goes back to what it cannot read, and takes it for text.

    On the stack of values stand the tokens of tags that are not complete, and those of blocks whose ends have
    not come; all before the first of them is read for good.
    """

    def __init__(self, text: str, spend: Callable[[int], None]) -> None:
        self.misread: list[Misread] = []
        self._text = text
        self._spend = spend
        self._parser = grammar().parse_interactive(text)
        self._state = self._parser.parser_state
        self._place = cast("LexerState", self._parser.lexer_thread.state).line_ctr
        self._literal: set[int] = set()  # where a `#{` stands that is text

    def go_on(self) -> Parts:
        """Read to the end of the text; raises UnexpectedInput."""
        for token in self._tokens():
            self._spend(TOKEN_WORK + TEXT_WORK * len(token))
            if token.type in ENDS and not self._fits(token):
                raise UnexpectedToken(token, set(), state=self._state)  # type: ignore[no-untyped-call]
            self._parser.feed_token(token)
        end = Token(END_OF_TEXT, "", len(self._text))
        return cast("Parts", self._parser.feed_token(end))  # the rules make parts, not trees

    def _fits(self, token: Token) -> bool:
        """Whether a token may come here; asked before it ends a block, which is a node from then on."""
        states, stack = self._state.parse_conf.states, self._state.state_stack
        left, made = len(stack), list[Any]()  # how many of the stack are left, and what would be upon them
        while step := states[made[-1] if made else stack[left - 1]].get(token.type):
            if step[0] is Shift:
                return True
            size = len(step[1].expansion)
            left -= max(0, size - len(made))
            del made[max(0, len(made) - size) :]
            made.append(states[made[-1] if made else stack[left - 1]][step[1].origin.name][1])
        return False

    def _tokens(self) -> Iterator[Token]:
        """The tokens from where the parser is, each looked for as its state has it."""
        lexed: Iterator[Token] = self._parser.lexer_thread.lex(self._state)  # type: ignore[no-untyped-call]
        while True:
            at = self._place.char_pos
            if at in self._literal:
                self._place.char_pos = at + 2
                yield Token("TEXT", "#{", at, end_pos=at + 2)
            elif (token := next(lexed, None)) is not None:
                yield token
            else:
                return

    def recover(self, error: UnexpectedInput) -> None:
        """Take what an error is about for text: tags or blocks without ends, or ends that close nothing."""
        at = offset_of(self._text, error)
        ended = isinstance(error, UnexpectedToken) and error.token.type == END_OF_TEXT
        opened = list(self._opened(ended))
        tags = [self._token(index) for index in opened]
        if not ended:
            self.misread.append((at, sentence_of(self._text, error)))
        else:
            self.misread += [(_start(tag), unclosed(self._text, tag)) for tag in tags]
        for start in map(_start, tags) if tags else (at,):
            self._literal |= {start, *self._blocks.get(start, ())}
        if opened:
            self._go_back(opened[-1])
        else:
            self._place.char_pos = at

    @cached_property
    def _blocks(self) -> dict[int, list[int]]:
        """Where the tags of a block stand, after the first of them, by where that stands."""
        blocks: dict[int, list[int]] = {}
        opened: list[tuple[int, str]] = []
        for match in BLOCK.finditer(self._text):
            start, kind = match.end(1) - 1, match[2].lower()
            if kind in ("if", "unless", "each"):
                opened.append((start, kind))
                blocks[start] = []
            elif opened and kind in ("else", "elseif", f"/{opened[-1][1]}"):
                blocks[opened[-1][0]].append(start)
                if kind[0] == "/":
                    opened.pop()
        return blocks

    def _opened(self, everywhere: bool) -> Iterator[int]:
        """Where tags stand on the stack of values that are not complete, the innermost first.

        Those without their `}`, all of which meet the same error; `everywhere`, also those around the
        innermost block that has no end yet, and such blocks.
        """
        stack = self._state.value_stack
        last = stack[-1] if stack and isinstance(stack[-1], Token) else None
        complete = last is not None and last.type in LAST  # it is yet to be made a node
        for index in reversed(range(len(stack))):
            if not isinstance(stack[index], Token) or not begins_tag(stack[index]):
                continue
            whole = len(stack) > index + 2 and getattr(stack[index + 2], "type", "") == "CLOSE"
            if complete or (whole and stack[index].type in BEGINNINGS):
                complete = False
            elif whole and not everywhere:
                return
            else:
                yield index

    def _token(self, index: int) -> Token:
        return cast("Token", self._state.value_stack[index])

    def _go_back(self, index: int) -> None:
        """Be where a tag on the stack was met; an `elseif` has ended what is before it: it is read again."""
        state = self._state
        while self._token(index).type == "ELSEIF":
            index = next(
                each
                for each in reversed(range(index))
                if getattr(state.value_stack[each], "type", "") in BLOCKS
            )
        self._place.char_pos = _start(self._token(index))
        del state.value_stack[index:], state.state_stack[index + 1 :]


def _start(token: Token) -> int:
    return token.start_pos or 0
