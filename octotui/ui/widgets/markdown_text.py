"""Markdown from outside, whose entities may be any character."""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from textual.widgets import Markdown

from octotui.views.text.visible_text import visible_lines


class MarkdownText(Markdown):
    """Markdown with control and invisible characters made visible, and links disabled."""

    def __init__(self, text: str) -> None:
        super().__init__(text, open_links=False, parser_factory=_parser)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like")
    parser.core.ruler.push("visible", _make_visible)
    return parser


def _make_visible(state: StateCore) -> None:
    """Make characters visible after entities such as `&#x202e;` are decoded."""
    for token in state.tokens:
        _make_token_visible(token)


def _make_token_visible(token: Token) -> None:
    token.content = visible_lines(token.content)
    for child in token.children or ():
        _make_token_visible(child)
