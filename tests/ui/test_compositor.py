"""Only dirty lines are rendered, and the terminal gets what Textual's own compositor would send."""

import gc
import re
from random import Random

import pytest
from rich.segment import Segment
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.compositor import LineCompositor

SIZE = (40, 12)
NO_TEXT = re.compile(r"\x1b\[\d+;\d+H(?=\x1b\[\d+;\d+H|\n|$)")  # moves of the cursor that nothing follows


class Lines(Widget):
    """Lines that say whose they are; it notes which of them it renders."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rendered: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.rendered.append(y)
        return Strip([Segment(f"{self.id}-{y}")]).adjust_cell_length(self.size.width)


class Panes(Screen[None]):
    """Two panes, a scrolled one, and something in front of all of them."""

    DEFAULT_CSS = """
    Panes { layout: horizontal; layers: below above; }
    Lines, VerticalScroll { width: 1fr; height: 100%; layer: below; }
    VerticalScroll Lines { height: 30; }
    #front { layer: above; width: 12; height: 4; offset: 8 3; background: red; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LineCompositor()

    def compose(self) -> ComposeResult:
        yield Lines("left")
        yield Lines("right")
        with VerticalScroll():
            yield Lines("long")
        yield Lines("front")


class Painted(App[None]):
    """The app of the screen."""

    def get_default_screen(self) -> Panes:
        return Panes()


def sent(app: Painted, regions: set[Region], compositor: type[Compositor]) -> str:
    """What a compositor's way to render these regions sends to the terminal."""
    own = app.screen._compositor
    own._dirty_regions = set(regions)
    update = compositor.render_partial_update(own)
    assert update is not None
    return NO_TEXT.sub("", update.render_segments(app.console))


async def test_a_dirty_line_in_each_of_two_panes_is_all_that_is_rendered() -> None:
    app = Painted()
    async with app.run_test(size=SIZE) as pilot:
        panes = {each.id: each for each in app.screen.query(Lines)}
        await pilot.pause()
        for each in panes.values():
            each.rendered.clear()
        panes["left"].refresh(Region(0, 1, 10, 1))
        panes["right"].refresh(Region(0, 9, 10, 1))
        await pilot.pause(0.1)
        assert {name: each.rendered for name, each in panes.items()} == {
            "left": [1],
            "right": [9],
            "long": [],
            "front": [],
        }


@pytest.mark.parametrize("seed", range(20))
async def test_any_regions_are_sent_as_textual_itself_would(seed: int) -> None:
    random = Random(seed)
    app = Painted()
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one(VerticalScroll).scroll_to(y=random.randint(0, 18), animate=False)
        await pilot.pause()
        regions = {
            Region(x, y, random.randint(1, SIZE[0] - x), random.randint(1, SIZE[1] - y))
            for x, y in ((random.randrange(SIZE[0]), random.randrange(SIZE[1])) for _ in range(1 + seed % 4))
        }
        assert sent(app, regions, LineCompositor) == sent(app, regions, Compositor)


async def test_nothing_dirty_sends_nothing_and_all_of_it_is_rendered_as_ever() -> None:
    app = Painted()
    async with app.run_test(size=SIZE):
        compositor = app.screen._compositor
        compositor._dirty_regions = set()
        assert compositor.render_partial_update() is None
        text = "\n".join(strip.text for strip in compositor.render_strips())
        assert "left-0" in text
        assert "front-0" in text


async def test_no_painted_line_is_left_as_a_cycle_to_the_garbage_collector() -> None:
    app = Painted()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for y in range(10):
                app.screen.query_one("#left").refresh(Region(0, y, 10, 1))
                await pilot.pause(0.05)
            app.screen._compositor.render_strips()
            gc.collect()
            assert not [each for each in gc.garbage if isinstance(each, Strip)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
