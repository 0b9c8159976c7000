from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from octotui.ui.widgets.pane_heading import PaneHeading, beside


class Pane(App[None]):
    def compose(self) -> ComposeResult:
        with Vertical():
            yield PaneHeading("Runs")
            yield Input(id="inside")
        yield Input(id="outside")


def shown(app: App[None]) -> str:
    return app.query_one(PaneHeading).render_line(0).text


async def test_title_rule_and_fact():
    app = Pane()
    async with app.run_test(size=(30, 6)):
        assert shown(app) == "─ Runs ───────────────────────"
        app.query_one(PaneHeading).say(right=(("3/41", "muted"),))
        assert shown(app) == "─ Runs ──────────────── 3/41 ─"
        app.query_one(PaneHeading).say("Output of something very long", ())
        assert shown(app) == "─ Output of something very l…─"
        app.query_one(PaneHeading).say("Runs", (("a fact too long for it", "muted"),))
        assert "fact" not in shown(app)


async def test_of_a_zoomed_pane_it_says_so_where_facts_find_no_room_too():
    app = Pane()
    async with app.run_test(size=(40, 6)):
        heading = app.query_one(PaneHeading)
        heading.say(right=(("3/41", "muted"),))
        heading.zoomed = "zoomed (+)"
        assert shown(app) == "─ Runs ───────────── 3/41 · zoomed (+) ─"
        heading.say(right=(("a long fact about it", "muted"),))
        assert shown(app) == "─ Runs ──────────────────── zoomed (+) ─"
        heading.zoomed = ""
        assert "zoomed" not in shown(app)


def test_facts_stand_side_by_side():
    facts = beside((("by title", "lit"),), (), (("4", "muted"),))
    assert "".join(text for text, _ in facts) == "by title · 4"
    assert beside((), ()) == ()


async def test_it_stands_out_where_the_focus_is():
    app = Pane()
    async with app.run_test() as pilot:
        for name in ("inside", "outside"):
            app.query_one(f"#{name}").focus()
            await pilot.pause()
            assert app.query_one(PaneHeading).has_class("-focused") is (name == "inside")
