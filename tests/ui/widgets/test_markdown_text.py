"""Markdown from outside."""

import pytest
from textual.app import App, ComposeResult

from octotui.ui.widgets.markdown_text import MarkdownText
from tests.hostile import HOSTILE, harmful


class Screen(App[None]):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield MarkdownText(self._text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (HOSTILE, "x\\x1b]52"),
        ("a &#x202e; b", "a \\u202e b"),
        ("a&shy;b&zwnj;&lrm;", "a\\xadb\\u200c\\u200e"),
        ("**bold &#8294;**", "bold \\u2066"),
        ("`code\u2066`", "code\\u2066"),
        ("```\n\x1b[2J\n```", "\\x1b[2J"),
        ("| &#xE0041; |\n|---|\n| \x9b |", "\\U000e0041"),
        ("![alt &#x200b;](x.png)", "alt \\u200b"),
        ("[link &#x200b;](https://x.example/)", "link \\u200b"),
        ("# Heading\x07\n\n- item\x07\n\n> quote\x07", "Heading\\x07"),
    ],
    ids=ascii,
)
async def test_r6_entities_hide_nothing_either(text: str, shown: str) -> None:
    async with Screen(text).run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        seen = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert shown in seen
        assert not harmful(seen)
