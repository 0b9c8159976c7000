"""The whole plan of a run that would start now, and beside it what if pools had other sizes."""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.engine.commands import Refused
from octotui.engine.plans.plan_start import begin_plan
from octotui.engine.plans.start_plan import PlannedStep, StartPlan
from octotui.engine.plans.what_if import AS_IS, WhatIf
from octotui.engine.state import State
from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.plans.player import played
from octotui.ui.styled_text import Span, cells, cut, glyphs_of, zone_of
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.plans.comparison import AS_IS as AS_IS_HEAD
from octotui.views.plans.comparison import IF as IF_HEAD
from octotui.views.plans.comparison import (
    ComparedStep,
    changes,
    compared,
    difference,
    end_of,
    others,
    unused,
)
from octotui.views.plans.step_text import cell_of, sentences
from octotui.views.plans.what_if_choices import Knob, first_pool, knobs, turned
from octotui.views.start_choices import PreparedStart, place_of
from octotui.views.text.visible_text import visible

WORKING = "working it out …"
NARROWEST = 14  # cells of one of the plans
SHORTEST_NAME = 18  # cells of the names of steps
MOST_SAID, FEW_SAID = 6, 3  # lines about the step under the cursor, and about the ends
LOW = 24  # rows of a screen, below which there are few of them


class PlanDialog(ExplainedActions, ModalScreen[None]):
    """The steps of a plan; a second plan is beside it once something is changed."""

    KEYS_TITLE = "In a plan"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "plus,equals_sign", "turn(1)", "more", tooltip="One more worker of the pool, or run at a time"
        ),
        KeyAction("minus", "turn(-1)", "fewer", tooltip="One worker of the pool less, or run at a time"),
        KeyAction("right,tab", "choose(1)", "next pool", tooltip="After the pools comes the task cap"),
        KeyAction(
            "left,shift+tab", "choose(-1)", "pool before", show=False, tooltip="Back from the task cap"
        ),
        KeyAction("0", "reset", "as is", tooltip="Change nothing any more"),
        KeyAction("f5,ctrl+r", "again", "plan again", show=False, tooltip="Beside what runs now"),
        KeyAction("escape,b,q", "dismiss", "back", lasting=True),
    ]
    DEFAULT_CSS = """
    PlanDialog {
        #knobs { height: 1; }
        #heads { height: 1; margin-top: 1; color: $foreground 60%; text-wrap: nowrap; }
        #said { height: auto; max-height: 6; color: $foreground 85%; margin-top: 1; }
        #ends { height: auto; max-height: 6; }
    }
    .-flat PlanDialog { #said { display: none; } }
    """

    def __init__(self, state: Callable[[], State], now: Callable[[], float], start: PreparedStart) -> None:
        """Create it for a start; `state` and `now` return how it is at a moment."""
        super().__init__()
        self._state = state
        self._now = now
        self._start = start
        self._what_if = AS_IS
        self._pool: str | None = None
        self._as_is: StartPlan | None = None
        self._if: StartPlan | None = None
        self._rows: dict[str, ComparedStep] = {}
        self._widest = NARROWEST

    def compose(self) -> ComposeResult:
        """Yield what can be changed, the steps, what is to be said of one, and the ends."""
        with Vertical(classes="dialog"):
            title = f"If {place_of(self._state().model, self._start.command)} started now"
            yield PlainText(visible(title), classes="dialog--title")
            yield PlainText("", id="knobs")
            yield PlainText("", id="heads")
            yield LineList(self._line, empty=WORKING, opens=False)
            yield PlainText("", id="said")
            yield PlainText("", id="ends")
            yield KeyBar()

    def on_mount(self) -> None:
        """Plan."""
        self.query_one(LineList).focus()
        self.action_again()

    def on_resize(self) -> None:
        """Draw for the new width; on a low screen, less is said below the steps."""
        most = MOST_SAID if self.size.height >= LOW else FEW_SAID
        for name in ("#said", "#ends"):
            self.query_one(name).styles.max_height = most
        self.query_one(LineList).repaint()
        self._say_knobs()
        self.call_after_refresh(self._say_heads)

    def action_again(self) -> None:
        """Plan beside what runs now."""
        self._plan()

    @work(exclusive=True, group="plan")
    async def _plan(self) -> None:
        """Play one plan, and another one where something is changed; keys go on meanwhile.

        Both begin at one moment, so that they differ only by what is changed.
        """
        self._say_knobs()
        state, now, what_if = self._state(), self._now(), self._what_if
        try:
            as_is = await self._played(AS_IS, state, now)
            other = None if what_if.changes_nothing else await self._played(what_if, state, now)
        except Refused as refused:
            self._refuse(f"it would be refused: {refused}")
            return
        self._as_is, self._if = as_is, other
        self._show(as_is)

    async def _played(self, what_if: WhatIf, state: State, now: float) -> StartPlan:
        start = self._start
        channel = None if start.release is None else start.release.channel
        return await played(
            lambda: begin_plan(state, state.model, start.command, now, what_if, channel=channel)
        )

    def _refuse(self, sentence: str) -> None:
        """Say why there is no plan."""
        self._rows = {}
        lines = self.query_one(LineList)
        lines.empty = sentence
        lines.show(())
        lines.repaint()

    def _show(self, as_is: StartPlan) -> None:
        if self._pool is None:
            self._pool = first_pool(as_is, self._state().model)
        self._rows = {str(row.path): row for row in compared(as_is, self._if)}
        sides = (side for row in self._rows.values() for side in self._sides(row))
        self._widest = max((sum(cells(text) for text, _ in self._cell(*side)) for side in sides), default=0)
        lines = self.query_one(LineList)
        lines.show(tuple(self._rows))
        lines.repaint()
        self._say_knobs()
        self._say_heads()
        self._say()
        ends = glyphs_of(self).text("\n".join(visible(each) for each in self._ends(as_is)))
        self.query_one("#ends", PlainText).update(ends)

    def _ends(self, as_is: StartPlan) -> Iterator[str]:
        """Yield how the plans end, and what is different."""
        zone = zone_of(self)
        if self._if is None:
            yield end_of(as_is, zone)
            return
        sooner = difference(as_is, self._if)
        yield f"as is: {end_of(as_is, zone)}"
        yield f"what if: {end_of(self._if, zone)}{f', {sooner}' if sooner else ''}"
        yield from changes(self._if.changed)
        yield from unused(self._if)
        yield from others(as_is, self._if)

    def _sides(self, row: ComparedStep) -> list[tuple[StartPlan | None, PlannedStep | None]]:
        """Return a step in each plan that is shown."""
        beside = [] if self._if is None else [(self._if, row.what_if)]
        return [(self._as_is, row.as_is), *beside]

    def _columns(self, width: int) -> tuple[int, int]:
        """Return the cells of the names of steps, and of each plan."""
        plans = 1 if self._if is None else 2
        cell = max(NARROWEST, min((width - SHORTEST_NAME) // plans, self._widest))
        return max(0, width - plans * (cell + 1)), cell

    def _line(self, key: str, width: int) -> Sequence[Span]:
        """Return the spans of a step: its name, and a cell for each plan."""
        row = self._rows[key]
        name, cell = self._columns(width)
        spans = _fitted([("  " * row.depth, "plain"), (row.title, "plain")], name, self)
        for side in self._sides(row):
            spans += [(" ", "plain"), *_fitted(self._cell(*side), cell, self)]
        return spans

    def _say_heads(self) -> None:
        """Show above the plans which is which."""
        name, cell = self._columns(self.query_one(LineList).line_width)
        heads = f" {' ' * name} {AS_IS_HEAD:{cell}}{f' {IF_HEAD}' if self._if is not None else ''}"
        self.query_one("#heads", PlainText).update(heads)

    def _cell(self, plan: StartPlan | None, step: PlannedStep | None) -> list[Span]:
        if plan is None or step is None:
            return [("–", "muted")]
        cell = cell_of(plan, step)
        waits = step.waited >= 1 or (step.started_at is None and step.ended_at is None)
        sign = "waits" if waits and cell.mark.sign == "pending" else cell.mark.sign
        role = "waits" if sign == "waits" else cell.mark.role
        return [
            (f"{glyphs_of(self).sign(sign)} ", role),
            (f"{cell.worker} " if cell.worker else "", "muted"),
            (cell.time, "plain"),
            (f" {cell.wait}" if cell.wait else "", "waits"),
        ]

    @on(LineList.Moved)
    def _say(self) -> None:
        """Say all of the step under the cursor."""
        row = self._rows.get(self.query_one(LineList).key or "")
        told = [] if row is None else list(self._sentences(row))
        text = "\n".join(visible(each) for each in told[:MOST_SAID])
        self.query_one("#said", PlainText).update(glyphs_of(self).text(text))

    def _sentences(self, row: ComparedStep) -> Iterator[str]:
        zone = zone_of(self)
        first = (
            () if self._as_is is None or row.as_is is None else tuple(sentences(self._as_is, row.as_is, zone))
        )
        if self._if is None:
            yield from first
            return
        second = () if row.what_if is None else tuple(sentences(self._if, row.what_if, zone))
        yield from (f"as is: {each}" for each in first)
        yield from (f"what if: {each}" for each in second)

    def _say_knobs(self) -> None:
        """Show what can be changed, beginning with what is chosen where there is no room for all."""
        each = knobs(self._state().model, self._what_if)
        at = self._chosen(each)
        room, first = self.size.width - 8, at
        taken = cells(each[at].text) + 6
        while first > 0 and taken + cells(each[first - 1].text) + 3 <= room // 2:
            first -= 1
            taken += cells(each[first].text) + 3
        texts = [f"[{knob.text}]" if index == at else knob.text for index, knob in enumerate(each)]
        self.query_one("#knobs", PlainText).update(
            glyphs_of(self).text("what if: " + visible("  ".join(texts[first:])))
        )

    def _chosen(self, each: Sequence[Knob]) -> int:
        return next((index for index, knob in enumerate(each) if knob.slug == self._pool), 0)

    def action_choose(self, step: int) -> None:
        """Choose the next pool, or the task cap."""
        each = knobs(self._state().model, self._what_if)
        self._pool = each[(self._chosen(each) + step) % len(each)].slug
        self._say_knobs()

    def action_turn(self, by: int) -> None:
        """Try another number of what is chosen."""
        model = self._state().model
        each = knobs(model, self._what_if)
        before = self._what_if
        self._what_if = turned(model, before, each[self._chosen(each)].slug, by)
        if self._what_if != before:
            self._plan()

    def action_reset(self) -> None:
        """Change nothing any more."""
        self._what_if = AS_IS
        self._plan()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to reset what is as it is."""
        return "nothing is changed" if action == "reset" and self._what_if.changes_nothing else ""


def _fitted(spans: list[Span], width: int, dialog: PlanDialog) -> list[Span]:
    """Return spans that take exactly so many cells."""
    shown = cut(spans, width, glyphs_of(dialog))
    return [*shown, (" " * (width - sum(cells(text) for text, _ in shown)), "plain")]
