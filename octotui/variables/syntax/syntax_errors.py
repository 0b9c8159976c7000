"""Messages of syntax errors: one sentence at one position."""

import re

from lark import Token
from lark.exceptions import UnexpectedInput, UnexpectedToken

from octotui.variables.syntax.nodes import TemplateError, place

BLOCKS = {"IF": "if", "ELSEIF": "if", "UNLESS": "unless", "EACH": "each"}
BEGINNINGS = {"OPEN", "CALC"}
WORD = re.compile(r"#\{\s*(/?)\s*(\w*)")
FORMS = {
    "if": '`#{if Name}`, `#{if Name == "text"}` or `#{if Name == Other}`',
    "unless": '`#{unless Name}` or `#{unless Name == "text"}`',
    "elseif": "`#{elseif Name}` after an `#{if Name}`",
    "each": "`#{each item in Collection}`",
    "calc": "`#{calc A + 2 * B}`",
}


def syntax_error(text: str, error: UnexpectedInput) -> TemplateError:
    """Convert an error of the parser to a TemplateError."""
    at = offset_of(text, error)
    inside = _inside(error)
    if at == len(text) and inside is not None:
        return TemplateError(unclosed(text, inside), *place(text, inside.start_pos or 0))
    return TemplateError(sentence_of(text, error), *place(text, at))


def sentence_of(text: str, error: UnexpectedInput) -> str:
    """Return a sentence about an unexpected token or character."""
    return _misplaced(text, offset_of(text, error), _inside(error))


def offset_of(text: str, error: UnexpectedInput) -> int:
    """Return the offset of an error of the parser, in characters from 0."""
    if isinstance(error, UnexpectedToken):
        token = error.token
        return len(text) if token.type == "$END" or token.start_pos is None else token.start_pos
    return error.pos_in_stream or 0


def _inside(error: UnexpectedInput) -> Token | None:
    """Return the innermost incomplete tag or unclosed block, or None."""
    stack = getattr(error.state, "value_stack", [])
    return next((each for each in reversed(stack) if isinstance(each, Token) and begins_tag(each)), None)


def begins_tag(token: Token) -> bool:
    """Return whether a token begins a tag."""
    return token.type in BEGINNINGS or token.type in BLOCKS


def unclosed(text: str, inside: Token) -> str:
    """Return a sentence about an unclosed tag or block."""
    if block := BLOCKS.get(inside.type):
        return f"{_shown(text, inside)} is never closed; it wants `#{{/{block}}}`."
    return f"{_shown(text, inside)} is never closed with `}}`; write `##{{` where the text itself is meant."


def _misplaced(text: str, at: int, inside: Token | None) -> str:
    match = WORD.match(text, at)
    slash, word = (match[1], match[2].lower()) if match else ("", "")
    if slash:
        still = f"; {_shown(text, inside)} is still open" if inside else ""
        return f"`#{{/{word}}}` closes nothing here{still}."
    if word == "else":
        return "`#{else}` wants an `#{if …}` before it."
    if word in FORMS:
        return f"`#{{{word}` has the form {FORMS[word]}."
    return f"`{text[at : at + 1]}` is not expected here; write `##{{` where the text itself is meant."


def _shown(text: str, token: Token) -> str:
    start = token.start_pos or 0
    end = text.find("}", start, start + 60)
    whole = " ".join(text[start : end + 1 if end > 0 else start + 40].split())
    return f"`{whole}`" if end > 0 else f"`{whole}…`"
