"""Error recovery of the parser: tags that cannot be parsed become text, all others are parsed (V1)."""

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
ENDS = {"ELSEIF", "_ELSE", *LAST}  # tokens that end the body of a block
BLOCK = re.compile(r"(?<!#)((?:##)*+#)\{\s*+(/?(?i:if|unless|each)|(?i:else|elseif))\b")
"""Matches apparent tags of blocks: when a block's first tag becomes text, so do its others."""

END_OF_TEXT = "$END"

Misread = tuple[int, str]
"""The offset of a `#{` that begins no tag, or of the error in it, and a sentence about it."""


def read_leniently(text: str, spend: Callable[[int], None]) -> tuple[Parts, list[Misread]]:
    """Parse any text; return its parts and its invalid tags. `spend` receives the work."""
    reading = _Reading(text, spend)
    while True:
        try:
            return reading.parse(), sorted(reading.misread)
        except UnexpectedInput as error:
            reading.recover(error)


class _Reading:
    """A parser that backtracks to the tag it cannot parse, and takes that for text.

    The value stack holds the tokens of incomplete tags and of unclosed blocks; all before the first is final.
    """

    def __init__(self, text: str, spend: Callable[[int], None]) -> None:
        self.misread: list[Misread] = []
        self._text = text
        self._spend = spend
        self._parser = grammar().parse_interactive(text)
        self._state = self._parser.parser_state
        self._place = cast("LexerState", self._parser.lexer_thread.state).line_ctr
        self._literal: set[int] = set()  # offsets of `#{` that are text

    def parse(self) -> Parts:
        """Parse to the end of the text. Raises UnexpectedInput."""
        for token in self._tokens():
            self._spend(TOKEN_WORK + TEXT_WORK * len(token))
            if token.type in ENDS and not self._fits(token):
                raise UnexpectedToken(token, set(), state=self._state)  # type: ignore[no-untyped-call]
            self._parser.feed_token(token)
        end = Token(END_OF_TEXT, "", len(self._text))
        return cast("Parts", self._parser.feed_token(end))  # the rules build parts, not trees

    def _fits(self, token: Token) -> bool:
        """Return whether the LALR tables accept a token, without reducing the block before it to a node."""
        states, stack = self._state.parse_conf.states, self._state.state_stack
        left, made = len(stack), list[Any]()  # the depth that is left, and the states simulated on top
        while step := states[made[-1] if made else stack[left - 1]].get(token.type):
            if step[0] is Shift:
                return True
            size = len(step[1].expansion)
            left -= max(0, size - len(made))
            del made[max(0, len(made) - size) :]
            made.append(states[made[-1] if made else stack[left - 1]][step[1].origin.name][1])
        return False

    def _tokens(self) -> Iterator[Token]:
        """Yield the tokens from the parser's position, lexed in the context of its state."""
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
        """Turn the cause of an error into text: an unclosed tag or block, or an end that closes nothing."""
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
        """The offsets of a block's further tags, by the offset of its first."""
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
        """Yield the indexes of incomplete tags on the value stack, innermost first.

        These lack their `}`, so that all of them meet the same error; with `everywhere`, also unclosed blocks
        and the incomplete tags around them.
        """
        stack = self._state.value_stack
        last = stack[-1] if stack and isinstance(stack[-1], Token) else None
        complete = last is not None and last.type in LAST  # it is not reduced to a node yet
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
        """Backtrack to a tag on the stack; for an `elseif`, whose predecessor was reduced, to its block."""
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
