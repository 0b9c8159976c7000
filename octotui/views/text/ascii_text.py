"""Text in ASCII for terminals that have no other glyphs: frames, signs and punctuation are replaced.

Letters and digits of names and of output stay what they are: no other ones would mean the same.
"""

from unicodedata import category, east_asian_width, name

_PUNCTUATION = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‹": "<", "›": ">",
    "·": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "~", "×": "x",
    "←": "<", "→": ">", "↑": "^", "↓": "v", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip
_SHADES = "░▒"


class _Replacements(dict[int, str]):
    """What stands for each character, found when it is first drawn."""

    def __missing__(self, code: int) -> str:
        """Return the replacement of a character, as wide as it is."""
        character = chr(code)
        replaced = character if code < 128 else _replacement(character)
        if replaced != character and east_asian_width(character) in "WF":
            replaced += " "
        return self.setdefault(code, replaced)


_REPLACEMENTS = _Replacements()


def ascii_text(text: str) -> str:
    """Replace all glyphs of a text that are not ASCII, each by as many cells; letters and digits stay."""
    return text if text.isascii() else text.translate(_REPLACEMENTS)


def _replacement(character: str) -> str:
    if character in _PUNCTUATION:
        return _PUNCTUATION[character]
    if "\u2500" <= character <= "\u257f":
        return _line(name(character))
    if "\u2580" <= character <= "\u259f":
        return "." if character in _SHADES else "#"
    return "*" if category(character)[0] in "SPZ" else character


def _line(described: str) -> str:
    """Return the part of a frame that a box-drawing character is, by its Unicode name."""
    if "HORIZONTAL" in described and "VERTICAL" not in described:
        return "-" if "AND" not in described.replace("LIGHT AND HEAVY", "") else "+"
    return "|" if "VERTICAL" in described and "AND" not in described else "+"
