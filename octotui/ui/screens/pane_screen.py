"""The base of screens with panes: keys and mouse move their divisions, and one may be zoomed."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.widget import Widget

from octotui.store.errors import StoreError
from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.panels.pools_panel import PoolsPanel
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.settings.pane_layouts import WHOLE, PaneLayouts, resized, share_of
from octotui.ui.widgets.pane_heading import PaneHeading

LEAST_COLUMNS, LEAST_LINES = 24, 3
COLUMNS, LINES = 4, 1  # cells that a key moves a division
SAVED = 1.0  # seconds after the last change


class PaneDivision(NamedTuple):
    """Two panes, or halves of a screen, beside one another if `across`, else one above the other."""

    name: str
    first: Widget
    second: Widget
    across: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether both can be seen, so that there is something to divide."""
        return all(
            each.display and each.is_attached and bool(each.region) for each in (self.first, self.second)
        )

    @property
    def cells(self) -> tuple[int, int]:
        """The cells of the first pane, and of both."""
        sizes = [each.outer_size.width if self.across else each.outer_size.height for each in self[1:3]]
        return sizes[0], sum(sizes)

    @property
    def handle(self) -> Region:
        """Where the mouse takes hold of it: the line between the halves, or the heading of the lower pane."""
        region = self.second.region
        return region.split_vertical(1)[0] if self.across else region.split_horizontal(1)[0]


class PaneScreen(RunActionsScreen):
    """Sizes are kept by the account, for each size of the screen on its own."""

    KEYS_TITLE = "On the board and on a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "plus",
            "zoom",
            "zoom",
            show=False,
            title="Zoom the pane",
            tooltip="The pane with the focus alone on the screen; again: all of them",
        ),
        KeyAction(
            "less_than_sign",
            "divide(True, -1)",
            "divide left",
            show=False,
            title="Move the division left",
            tooltip="That between the halves of the screen; or drag it",
        ),
        KeyAction(
            "greater_than_sign",
            "divide(True, 1)",
            "divide right",
            show=False,
            title="Move the division right",
            tooltip="That between the halves of the screen; or drag it",
        ),
        KeyAction(
            "left_curly_bracket",
            "divide(False, -1)",
            "divide up",
            show=False,
            title="Move the division up",
            tooltip="That at the pane with the focus; or drag the heading of the lower pane",
        ),
        KeyAction(
            "right_curly_bracket",
            "divide(False, 1)",
            "divide down",
            show=False,
            title="Move the division down",
            tooltip="That at the pane with the focus; or drag the heading of the lower pane",
        ),
    ]
    SIZES: ClassVar[tuple[str, ...]] = ()
    """The classes of sizes that each have a layout of their own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._zoomed: Widget | None = None
        self._aside: list[Widget] = []  # hidden while a pane is zoomed
        self._dragged: tuple[PaneDivision, Widget] | None = None  # and the widget that has the mouse
        self._laid_out = ""

    def divisions(self) -> Sequence[PaneDivision]:
        """Return the divisions of the screen, the inner ones first."""
        return ()

    @property
    def _layouts(self) -> PaneLayouts:
        app: Any = self.app
        layouts: PaneLayouts = app.panes
        return layouts

    @property
    def _key(self) -> str:
        """The name of the screen at its present size."""
        sizes = [each.strip("-") for each in self.SIZES if self.has_class(each)]
        return "-".join([type(self).__name__.casefold(), *sizes])

    def on_mount(self) -> None:
        """Take the sizes of each screen size that comes, once its classes are set."""
        self.screen_layout_refresh_signal.subscribe(self, lambda _: self._lay_out())

    def _lay_out(self) -> None:
        """Give panes the sizes that the account has chosen, or else those of the stylesheet."""
        if self._zoomed is not None and not self._zoomed.region:
            self._unzoom()  # this size does not show it at all
        if self._key == self._laid_out or not self.is_attached:
            return
        self._laid_out = self._key
        shares = self._layouts.shares(self._key)
        for each in self.divisions():
            if each.name in shares:
                self._divide(each, shares[each.name])
            else:
                self._reset(each)

    def _reset(self, division: PaneDivision) -> None:
        for each in (division.first, division.second):
            for rule in ("width", "height", "max_height"):
                each.styles.clear_rule(rule)
            each.remove_class("-sized")
            if isinstance(each, PoolsPanel):
                each.fit_height()
        self.refresh(layout=True)

    def _divide(self, division: PaneDivision, share: int) -> None:
        """Give the first pane this many thousandths."""
        for each, size in ((division.first, share), (division.second, WHOLE - share)):
            each.add_class("-sized")
            if division.across:
                each.styles.width = f"{size}fr"
            else:
                each.styles.height, each.styles.max_height = f"{size}fr", "100%"

    def _resize(self, division: PaneDivision, step: int) -> bool:
        """Move a division by some cells; return whether that was possible."""
        first, total = division.cells
        size = resized(first, total, step, LEAST_COLUMNS if division.across else LEAST_LINES)
        if size is None or size == first:
            return False
        share = share_of(size, total)
        self._divide(division, share)
        self._layouts.change(self._key, division.name, share)
        return True

    def _division(self, across: bool) -> PaneDivision | None:
        """Return the division that keys move: an upright one, or the innermost level one at the focus."""
        shown = [each for each in self.divisions() if each.across == across and each.is_shown]
        around = self.focused.ancestors_with_self if self.focused is not None else []
        own = (each for each in shown if each.first in around or each.second in around)
        return next(own, next(iter(shown), None))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Return why no division can be moved, and why nothing can be zoomed."""
        app: Any = self.app
        if action in ("divide", "zoom") and self.is_attached and app.has_own_time_keys:
            return "this key leads through the replay: drag a division, or click a heading twice"
        if action == "divide" and self._zoomed is not None:
            return "one pane is alone on the screen"
        if action == "divide" and self.is_mounted and self._division(bool(parameters[0])) is None:
            return f"no two panes are {'beside one another' if parameters[0] else 'above one another'} here"
        if action == "zoom" and self.is_mounted and self._zoomed is None and not self._others(self._pane()):
            return "the pane is alone on the screen already"
        return super().why_not(action, parameters)

    def action_divide(self, across: bool, step: int) -> None:
        """Move a division to the right or down, or the other way."""
        division = self._division(across)
        if division is None or not self._resize(division, step * (COLUMNS if across else LINES)):
            self._tell(f"the pane {'before' if step < 0 else 'behind'} it would become too small")
        self._save_soon()

    def _pane(self) -> Widget | None:
        """Return the pane with the focus: the one that has a heading."""
        around = self.focused.ancestors_with_self if self.focused is not None else []
        return next(
            (each for each in around if isinstance(each, Widget) and each.query_children(PaneHeading)), None
        )

    def _others(self, pane: Widget | None) -> list[Widget]:
        """Return what is seen beside a pane, and is hidden when it is zoomed."""
        if pane is None:
            return []
        around = pane.ancestors_with_self
        sides = [each[1:3] for each in self.divisions()]
        others = [each for first, second in sides for each in (first, second) if each not in around]
        beside = {id(each): each for each in others if any(side in around for side in self._pair(each))}
        return [each for each in beside.values() if each.display]

    def _pair(self, widget: Widget) -> tuple[Widget, ...]:
        return next((each[1:3] for each in self.divisions() if widget in each[1:3]), ())

    def action_zoom(self) -> None:
        """Give the pane with the focus the whole screen, or show all panes again."""
        if self._zoomed is not None:
            self._unzoom()
        else:
            self._zoom(self._pane())

    def _zoom(self, pane: Widget | None) -> None:
        self._aside = self._others(pane)
        self._zoomed = pane if self._aside else None
        for each in self._aside:
            each.styles.display = "none"
        self._sign_zoom(is_zoomed=True)
        self._tell(f"{key_of(type(self), 'zoom')} shows all panes again")
        self.refresh_bindings()

    def _sign_zoom(self, *, is_zoomed: bool) -> None:
        """Say in the heading of the zoomed pane that it is, and which key shows the others, or no longer."""
        app: Any = self.app
        key = "" if app.has_own_time_keys else f" ({key_of(type(self), 'zoom')})"
        for heading in self._zoomed.query_children(PaneHeading) if self._zoomed is not None else ():
            heading.zoomed = f"zoomed{key}" if is_zoomed else ""

    def _unzoom(self) -> None:
        self._sign_zoom(is_zoomed=False)
        for each in self._aside:
            each.styles.display = "block"  # has it laid out again
            each.styles.clear_rule("display")  # the stylesheet says whether this size shows it
        self._zoomed, self._aside = None, []
        self.refresh_bindings()

    def on_click(self, event: events.Click) -> None:
        """Focus the pane whose heading is clicked; twice zooms it, or shows all panes again."""
        if not isinstance(event.widget, PaneHeading) or not isinstance(event.widget.parent, Widget):
            return
        pane = event.widget.parent
        inner = next((each for each in self.focus_chain if pane in each.ancestors), None)
        if inner is not None:
            inner.focus()
        if event.chain == 2:
            if self._zoomed is not None:
                self._unzoom()
            else:
                self._zoom(pane)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the division under the mouse."""
        for each in self.divisions():
            if each.is_shown and each.handle.contains(event.screen_x, event.screen_y) and event.widget:
                self._dragged = each, event.widget
                event.widget.capture_mouse()
                return

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Have the division follow the mouse."""
        if self._dragged is not None:
            division, _ = self._dragged
            handle = division.handle
            self._resize(
                division, event.screen_x - handle.x if division.across else event.screen_y - handle.y
            )

    def on_mouse_up(self) -> None:
        """Let go of the division, and keep where it is."""
        if self._dragged is not None:
            self._dragged[1].release_mouse()
            self._dragged = None
            self._save_soon()

    def _save_soon(self) -> None:
        self.set_timer(SAVED, self._save)

    def _save(self) -> None:
        try:
            self._layouts.save()
        except StoreError as problem:
            self.notify(f"not kept: {problem}", severity="error", markup=False)

    def on_unmount(self) -> None:
        """Keep what has just been changed."""
        self._save()

    def _tell(self, sentence: str) -> None:
        app: Any = self.app
        app.say(sentence)
