"""The file of a model at one of its parts, with what `check` says about it."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from octotui.model.complaints import Complaint, ModelError
from octotui.model.toml.located_parts import LocatedPart, locate
from octotui.ui.external import IN_BROWSER, Command, open_file
from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.screens.model_file import CheckResult, ModelFile
from octotui.ui.styled_text import Span
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.labels import Role, counted
from octotui.views.model_parts.parts import ModelPart
from octotui.views.model_parts.toml_lines import Spans, toml_lines

UNKNOWN = "the file of this model is not known here"
ABOVE = 2  # lines above the part that are seen
FOREIGN = "you may not write to it"


class ModelScreen(ExplainedActions, Screen[None]):
    """Lines of a file in colour; those of the part have a bar, and complaints stand below their lines."""

    KEYS_TITLE = "In the model"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "O",
            "edit",
            "editor",
            tooltip="Open this line in $VISUAL or $EDITOR; the model is checked, and read again, after it",
        ),
        KeyAction("vertical_line", "page", "pager", tooltip="Open this line in $PAGER"),
        KeyAction("n", "complaint(1)", "next", key_display="n N", tooltip="The next complaint"),
        KeyAction("N", "complaint(-1)", "previous", show=False, tooltip="The complaint before"),
        KeyAction("escape,m,q", "dismiss", "back", lasting=True),
    ]

    def __init__(self, model: ModelFile, part: ModelPart) -> None:
        """Create it; the file is read once it is shown."""
        super().__init__()
        self._model = model
        self._part = part
        self._path: Path | None = None
        self._located: LocatedPart | None = None
        self._checked = CheckResult()
        self._lines: list[Spans] = []
        self._told: dict[str, Complaint] = {}
        self._width = 1  # of the numbers
        self._loaded: object = None  # the space's model when it was read

    def compose(self) -> ComposeResult:
        """Yield the heading and the lines."""
        yield PaneHeading(self._part.name)
        yield LineList(self._draw, empty="is being read", opens=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the file, and again when the space has another model, or its file other errors."""
        self.query_one(LineList).focus()
        self._read()
        app: Any = self.app
        self._loaded = app.state.model
        self.watch(app, "state", self._follow, init=False)
        self.watch(app, "trouble", self._reread, init=False)

    def _follow(self) -> None:
        app: Any = self.app
        if app.state.model is not self._loaded:
            self._loaded = app.state.model
            self._read()

    def _reread(self) -> None:
        """Read the file again, as the space did."""
        self._read()

    @work(exclusive=True, group="model")
    async def _read(self) -> None:
        """Find the part, and check the model."""
        try:
            found, lines, checked = await asyncio.to_thread(self._look)
        except ModelError as error:
            self._say(error.complaints[0].message.rstrip("."), error.complaints[0].file)
            return
        if found is None:
            self._say(UNKNOWN)
            return
        before = self._located
        self._located, self._lines, self._checked = found, lines, checked
        self._show(found, moved=before is None or before.first != found.first)

    def _look(self) -> tuple[LocatedPart | None, list[Spans], CheckResult]:
        self._path = self._model.path()
        if self._path is None:
            return None, [], CheckResult()
        found = locate(self._path, self._part.paths)
        return found, toml_lines(found.text), self._model.check(self._path)

    def _say(self, sentence: str, where: str = "") -> None:
        """Say why there is nothing to see; lines that are shown stay, as they were."""
        lines = self.query_one(LineList)
        lines.empty = f"{sentence}{f': {where}' if where else ''}"
        self.query_one(PaneHeading).say(self._part.name, (("not read", "warned"),) if self._lines else ())
        lines.repaint()

    def _show(self, found: LocatedPart, *, moved: bool) -> None:
        """List the lines with the complaints below theirs; what is about no line of the file comes first."""
        self._width = len(str(len(self._lines)))
        self._told = {}
        below: dict[int, list[str]] = {}
        for number, each in enumerate((*self._checked.complaints, *self._checked.warnings)):
            key = f"!{number}"
            self._told[key] = each
            line = each.line if each.file == str(found.file) and each.line <= len(self._lines) else 0
            below.setdefault(line, []).append(key)
        keys = list(below.get(0, ()))
        for number in range(1, len(self._lines) + 1):
            keys += (str(number), *below.get(number, ()))
        lines = self.query_one(LineList)
        lines.show(keys)
        errors, warnings = self._checked
        facts: list[Span] = [(counted(len(errors), "error"), "bad")] if errors else [("no errors", "good")]
        facts += [(f" · {counted(len(warnings), 'warning')}", "warned")] if warnings else []
        where = f"{found.file.name}:{found.first} · {found.file.parent}"  # the end of it may be cut
        self.query_one(PaneHeading).say(f"{self._part.name} · {where}", tuple(facts))
        if moved:
            lines.select(str(max(1, found.first)))
            self.call_after_refresh(self._reveal)
        self.refresh_bindings()

    def _reveal(self) -> None:
        """Scroll the part to the top, with a little of what stands above it."""
        lines = self.query_one(LineList)
        lines.scroll_to(y=max(0, lines.cursor - ABOVE), animate=False, force=True)

    def _draw(self, key: str, width: int) -> Sequence[Span]:
        found = self._located
        if (told := self._told.get(key)) is not None:
            is_error = told in self._checked.complaints
            here = found is not None and told.file == str(found.file)
            where = "" if here else f"{told.file}:{told.line}: " if told.line else f"{told.file}: "
            text = ": ".join(filter(None, (told.key, told.message)))
            role: Role = "bad" if is_error else "warned"
            return [(f"{'!' if is_error else '~':>{self._width}}   {where}{text}", role)]
        number = int(key)
        inside = found is not None and found.first <= number <= found.last
        bar: Span = ("│ " if inside else "  ", "active")
        return [(f"{key:>{self._width}} ", "muted"), bar, *self._lines[number - 1]]

    @property
    def _line(self) -> int | None:
        """The line of the file under the cursor; of a complaint, that which it is about."""
        lines = self.query_one(LineList)
        above = (each for each in reversed(lines.keys[: lines.cursor + 1]) if each not in self._told)
        number = next(above, None)
        return int(number) if number else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to open what cannot be, and to go to complaints where there are none."""
        if action in ("edit", "page") and self._located is None:
            return "there is no file to open"
        if action in ("edit", "page") and self.app.is_web:
            return IN_BROWSER
        if action == "complaint" and not self._told:
            return "there are no complaints"
        return self._uneditable() if action == "edit" else super().why_not(action, parameters)

    def _uneditable(self) -> str:
        found = self._located
        if refusal := self._model.refusal():
            return refusal
        return "" if found is None or os.access(found.file, os.W_OK) else FOREIGN

    @work
    async def action_edit(self) -> None:
        """Open the editor at this line; then check the file."""
        await self._open("EDITOR")
        self._read()

    @work
    async def action_page(self) -> None:
        """Open the pager at this line."""
        await self._open("PAGER")

    async def _open(self, command: Command) -> None:
        if self._located is not None:
            await open_file(self.app, self._located.file, self._line, command)

    def action_complaint(self, step: int) -> None:
        """Go to the next complaint, or the one before; after the last comes the first."""
        lines = self.query_one(LineList)
        places = [index for index, key in enumerate(lines.keys) if key in self._told]
        ahead = [each for each in places if (each - lines.cursor) * step > 0]
        lines.cursor = (ahead or places)[0 if step > 0 else -1]

    @on(LineList.Moved)
    def _tell(self, event: LineList.Moved) -> None:
        """Say a complaint in full in the key bar while the cursor is on it."""
        app: Any = self.app
        told = self._told.get(event.key or "")
        app.say(told.message if told is not None else "")
