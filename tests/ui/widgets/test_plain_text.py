"""Paragraphs of text from outside."""

from textual.app import App, ComposeResult

from octotui.ui.widgets.plain_text import PlainText
from tests.hostile import HOSTILE, harmful


class Screen(App[None]):
    def compose(self) -> ComposeResult:
        yield PlainText(f"[bold]{HOSTILE}[/]\n\ttwo", id="text", classes="wide")


async def test_r6_it_shows_what_it_was_given_and_what_it_is_given_later() -> None:
    async with Screen().run_test(size=(100, 10)) as pilot:
        text = pilot.app.query_one("#text.wide", PlainText)
        first, second, *_ = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
        assert first.startswith("[bold]x\\x1b]52;c;QUJD")
        assert second.startswith("        two")
        text.update(f"{HOSTILE} again")
        await pilot.pause()
        shown = "".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert "\\u202egnp" in shown
        assert "again" in shown
        assert not harmful(shown)
