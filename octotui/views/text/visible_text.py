r"""Control and invisible characters made visible: the one function for the screen and for plain output.

Shown as its escape, such as `\x1b`, `\u202e` or `\U000e0041`, is what a terminal would obey (C0, DEL, C1),
what reorders text (bidirectional controls), what takes no room (format characters, variation selectors, tags)
and what is no character (surrogates, unassigned and private code points). A joiner within a word or an emoji
stays, and so does a selector right after the character that it selects.
"""

import re
from unicodedata import category

# Invisible characters that Python calls printable: fillers, joiners and selectors.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_UNUSUAL = re.compile(r"[^ -~]")
_UNUSUAL_IN_LINES = re.compile(r"[^ -~\n\t\r]|\r(?!\n)")
_SELECTOR = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_EMOJI, _KEYCAP = "\ufe0f", "\u20e3"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_NAMED = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def visible(text: str) -> str:
    r"""Make a text of one line visible, with line breaks and tabs as `\n` and `\t`."""
    return text if is_visible(text) else _UNUSUAL.sub(_shown, text)


def visible_lines(text: str) -> str:
    """Make a text visible; its line breaks and tabs stay."""
    return text if is_visible(text) else _UNUSUAL_IN_LINES.sub(_shown, text)


def is_visible(text: str) -> bool:
    """Return whether a text of one line certainly needs no change; False for some that contain a joiner."""
    return text.isprintable() and (text.isascii() or not _IGNORABLE.search(text))


def escaped_json(document: str) -> str:
    r"""Replace everything invisible in a JSON document's strings by `\u` escapes."""
    return document if is_visible(document) else _UNUSUAL_IN_LINES.sub(_code_units, document)


def _shown(match: re.Match[str]) -> str:
    character = match.group()
    if _is_plain(character) or _belongs(match.string, match.start()):
        return character
    number = ord(character)
    if number < 0x100:
        return _NAMED.get(character) or f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _code_units(match: re.Match[str]) -> str:
    character = match.group()
    if _is_plain(character):
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _is_plain(character: str) -> bool:
    """Return whether a character shows itself; a wide or fixed space does."""
    return (character.isprintable() or category(character) == "Zs") and not _IGNORABLE.match(character)


def _belongs(text: str, at: int) -> bool:
    """Return whether a joiner is within a word or an emoji, or a selector after its character."""
    character, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if character in (_NON_JOINER, _JOINER):
        within_emoji = character == _JOINER and before and _is_emoji(text, at - 1) and _is_symbol(after)
        return bool(within_emoji) or (_is_letter(before) and _is_letter(after))
    if not _SELECTOR.match(character):
        return False
    if before.isascii():
        return character == _EMOJI and after == _KEYCAP and before in {*"0123456789#*"}
    return _is_plain(before) and category(before)[0] in "LSP"


def _is_letter(character: str) -> bool:
    """Return whether a character is a part of a word."""
    return bool(character) and _is_plain(character) and category(character)[0] in "LMN"


def _is_emoji(text: str, at: int) -> bool:
    """Return whether an emoji ends here, with its skin tone or its selector."""
    if text[at] == _EMOJI and at:
        at -= 1
    return _is_symbol(text[at]) or ord(text[at]) in _SKIN_TONES


def _is_symbol(character: str) -> bool:
    return bool(character) and not character.isascii() and category(character) in ("So", "Sm")
