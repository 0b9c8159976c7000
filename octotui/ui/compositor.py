"""The compositor of screens whose lists repaint single lines."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

Spans = dict[int, list[tuple[int, int]]]


class LineCompositor(Compositor):
    """Renders dirty lines only.

    Textual's own renders all lines of all widgets within the rectangle around what is dirty, which is most of
    the screen where a line on its left and one on its right have changed. And each line that it paints whole
    it leaves as a reference cycle, for the garbage collector to find in long pauses.
    """

    def __init__(self) -> None:
        super().__init__()
        self._unpainted: Spans | None = None  # x and end of what no widget has painted yet, by y

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render the dirty regions."""
        dirty = groupby(self._regions_to_spans(self._dirty_regions), itemgetter(0))
        self._unpainted = {y: [span[1:] for span in spans] for y, spans in dirty}
        try:
            return super().render_partial_update()
        finally:
            self._unpainted = None

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Yield region, clip and dirty lines of each widget, from front to back."""
        for region, clip, strips in self._renders(crop):
            yield region, clip, strips
            _break_cycles(strips)  # they are painted now

    def _renders(self, crop: Region | None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if self._unpainted is None:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            rows = _painted(self._unpainted, seen)
            if rows:
                lines = Region(seen.x, rows[0], seen.width, rows[-1] + 1 - rows[0])
                yield region, lines, widget.render_lines(lines.translate(-region.offset))


def _break_cycles(strips: Sequence[Strip]) -> None:
    """Have no strip refer to itself as what it is divided into where nothing cuts it."""
    for strip in strips:
        divided = strip._divide_cache
        if divided:
            divided._cache.pop((strip.cell_length,), None)


def _painted(unpainted: Spans, seen: Region) -> list[int]:
    """Return the dirty rows that a widget is seen in, without those it covers from now on."""
    rows: list[int] = []
    for y in [y for y in seen.line_range if y in unpainted]:
        spans = unpainted[y]
        if any(x < seen.right and end > seen.x for x, end in spans):
            rows.append(y)
            left = [(x, end) for x, end in spans if x < seen.x or end > seen.right]
            if left:
                unpainted[y] = left
            else:
                del unpainted[y]
    return rows
