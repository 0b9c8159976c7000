"""A line of a job's output without cursor movements: text, and the SGR codes between its pieces.

Escape sequences without text (movement, erasing, modes, character sets) are dropped, and links are written
out. All others stay, to be made visible: titles, the clipboard, and incomplete sequences.
"""

import re
from collections.abc import Iterator

from octotui.views.text import sgr
from octotui.views.text.sgr import TextStyle
from octotui.views.text.visible_text import is_visible, visible_lines

_ESCAPES = re.compile(
    r"\x1b(?:\[(?P<codes>[0-?]{0,64})[ -/]{0,4}(?P<final>[@-~])"  # CSI; final m is SGR
    r"|[ -/]{1,4}[0-~]|[78=>])"
)
_REPLACED = re.compile(r"^\x08+|[^\x08\x1b]\x08")
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_KNOWN = re.compile(
    r"(?:(?:^|;)(?:0?[0-4]|7|9|2[1-4]|27|29|[39][0-7]|39|4[0-7]|49|10[0-7]"
    rf"|[34]8;5;{_BYTE}|[34]8;2;{_BYTE};{_BYTE};{_BYTE})?)*",
    re.ASCII,
)
_LINK = re.compile(r"\x1b\]8;[^;\x07\x1b]{0,256};(?P<uri>[^\x07\x1b]{0,2048})(?:\x07|\x1b\\)")
_SAFE = re.compile(r"(?:https?://|mailto:)[!-~]+", re.IGNORECASE)
RESET = "\x1b[0m"

Piece = tuple[str, str | None]
"""A text without sequences, and the SGR codes after it, if any are."""


def pieces(raw: str) -> Iterator[Piece]:
    """Yield the pieces of a line, from left to right; each must be made visible before it is shown."""
    before, state = _last_state(_written_out(raw))
    for match in _ESCAPES.finditer(before):
        if match["final"] == "m":
            yield "", match["codes"]
    position = 0
    for match in _ESCAPES.finditer(state):
        yield state[position : match.start()], match["codes"] if match["final"] == "m" else None
        position = match.end()
    yield state[position:], None


def expanded(text: str, column: int = 0) -> str:
    """Make a piece visible, and expand its tabs from a column on."""
    shown = visible_lines(text)
    return (" " * (column % 8) + shown).expandtabs(8)[column % 8 :] if "\t" in shown else shown


def plain(raw: str) -> str:
    """Return the text of a line as it is shown, searched and copied."""
    if is_visible(raw):
        return raw
    text = ""
    for piece, _ in pieces(raw):
        text += expanded(piece, len(text))
    return text


def plains(raws: list[str]) -> list[str]:
    """Return the text of many lines: escapes are removed from all at once, five times as fast."""
    block = "\n".join(raws)
    lines = raws
    if "\x1b" in block and "\r" not in block and "\b" not in block:
        lines = _ESCAPES.sub("", block).split("\n")
    if is_visible("".join(lines)):
        return lines
    return [line if is_visible(line) else plain(raw) for line, raw in zip(lines, raws, strict=True)]


def coloured(raw: str) -> str:
    """Return a line for a terminal, with SGR colours and attributes only, which end with the line."""
    if is_visible(raw):
        return raw
    style, done = TextStyle(), [""]
    for text, codes in pieces(raw):
        done.append(visible_lines(text))
        if codes is not None:
            before, style = style, sgr.applied(style, codes)
            passed_on = _KNOWN.fullmatch(codes) and not (before.hides or style.hides)
            done.append(f"\x1b[{codes}m" if passed_on else sgr.sequence(style))
    return "".join(done) + (RESET if style != TextStyle() else "")


def _written_out(raw: str) -> str:
    """Write the addresses of links (OSC 8) behind their texts, so that nothing leads where it does not say.

    Only links to the web and to mailboxes; other ones stay, to be made visible.
    """
    if "\x1b]8;" not in raw:
        return raw
    parts: list[str] = []
    position, uri = 0, ""
    for match in _LINK.finditer(raw):
        if match["uri"] and not _SAFE.fullmatch(match["uri"]):
            continue
        text = raw[position : match.start()]
        parts += [text, f" ({uri})" if uri and text.strip() != uri else ""]
        position, uri = match.end(), match["uri"]
    return "".join([*parts, raw[position:], f" ({uri})" if uri else ""])


def _last_state(raw: str) -> tuple[str, str]:
    """Split a line with carriage returns into its last visible state, and everything before that."""
    parts = raw.rstrip("\r").split("\r")
    while len(parts) > 1 and not _ESCAPES.sub("", parts[-1]).strip():
        parts.pop()
    state = parts.pop()
    for _ in range(8 if "\b" in state else 0):
        state = _REPLACED.sub("", state)
    return "".join(parts), state
