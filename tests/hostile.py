"""Texts that somebody writes to deceive who reads them, and what must not reach who reads."""

import re
from unicodedata import category

HOSTILE = "x\x1b]52;c;QUJD\x1b\\\x1b[2J\x9b31m\u202egnp\u2066\u200b\U000e0041\ufeff\x07y"
NAME = "ad\u3164min\U000e0101"  # a name may hold what is printable, and these characters count as that
SGR = re.compile(r"\x1b\[[0-9;]*m")


def harmful(text: str, *, colours: bool = False) -> set[str]:
    """The characters of an output of several lines that a terminal obeys, that reorder or that hide."""
    shown = SGR.sub("", text) if colours else text
    unseen = {each for each in shown if category(each) in ("Cc", "Cf", "Cs", "Co", "Cn")}
    return (unseen | {*shown} & {*NAME, "\u2028", "\u2029"}) - {*"\n\tadmin"}
