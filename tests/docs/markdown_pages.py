"""What a Markdown page holds: headings and their anchors, links, code blocks, and code within sentences."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
COMMONMARK = MarkdownIt("commonmark").enable("table")


class CodeBlock(NamedTuple):
    """A fenced block: the words behind its fence, its text, and its first line, from 1."""

    words: tuple[str, ...]
    text: str
    line: int


def files() -> list[Path]:
    """Return every page there is: beside the README, in docs, in configs, and templates of issues."""
    folders = (ROOT / "docs", ROOT / "configs", ROOT / ".github")
    return sorted([*ROOT.glob("*.md"), *(each for folder in folders for each in folder.rglob("*.md"))])


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a page, those within paragraphs included."""
    for each in COMMONMARK.parse(text):
        yield each
        yield from each.children or ()


def anchor(heading: str) -> str:
    """Return the anchor that viewers give to a heading: its letters, digits, hyphens and underscores."""
    plain = re.sub(r"[^\w\- ]", "", heading.lower())
    return plain.replace(" ", "-")


def anchors(text: str) -> list[str]:
    """Return the anchors of a page's headings; the second of the same name ends in -1."""
    found: list[str] = []
    parsed = COMMONMARK.parse(text)
    for opened, inline in itertools.pairwise(parsed):
        if opened.type == "heading_open":
            words = "".join(each.content for each in inline.children or ())
            earlier = sum(
                re.fullmatch(rf"{re.escape(anchor(words))}(-\d+)?", each) is not None for each in found
            )
            found.append(f"{anchor(words)}-{earlier}" if earlier else anchor(words))
    return found


def links(text: str) -> list[str]:
    """Return where the links and the pictures of a page lead."""
    places = (each.attrs.get("href") or each.attrs.get("src") for each in tokens(text))
    return [str(each) for each in places if each]


def code_blocks(text: str) -> list[CodeBlock]:
    """Return the fenced blocks of a page, those in lists included."""
    return [
        CodeBlock(tuple(each.info.split()), each.content, (each.map or [0])[0] + 1)
        for each in COMMONMARK.parse(text)
        if each.type == "fence"
    ]


def code_spans(text: str) -> list[str]:
    """Return the code within the sentences of a page."""
    return [each.content for each in tokens(text) if each.type == "code_inline"]


def continued(text: str) -> list[str]:
    """Return the blocks that make up one model, in order, as a page builds it."""
    return [each.text for each in code_blocks(text) if each.words == ("toml", "continued")]
