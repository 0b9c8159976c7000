"""A pager whose lines can be copied, saved, and opened in the account's pager or editor."""

import asyncio
import re
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from octotui.store.errors import StoreError
from octotui.store.private_files import opened_private
from octotui.store.temporary_folder import temporary_folder
from octotui.ui.external import IN_BROWSER, Command, open_file
from octotui.ui.key_actions import KeyAction
from octotui.ui.log.jumping import JumpPager
from octotui.ui.log.lines.line_writer import ShownLines
from octotui.ui.log.save_prompt import SaveWanted, save_file
from octotui.ui.terminal import clipboard

COPIED_AT_MOST = 10_000
MANY = 200_000  # lines that take a while to write
_UNSAFE = re.compile(r"[^0-9a-z]+")


class ExportPager(JumpPager):
    """Copies, saves and opens lines as they are shown: those selected, else the current one or all."""

    KEYS_TITLE = "In the output"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("y", "copy", "copy", title="Copy lines", tooltip="Those selected, or the current one"),
        KeyAction(
            "W",
            "save",
            "save",
            title="Save the output",
            tooltip="The lines selected, or all that are shown, in a file of yours",
        ),
        KeyAction(
            "vertical_line",
            "open('PAGER')",
            "pager",
            show=False,
            title="Open the output in $PAGER",
            tooltip="A copy of what is shown, in $PAGER",
        ),
        KeyAction(
            "O",
            "open('EDITOR')",
            "editor",
            show=False,
            title="Open the output in $EDITOR",
            tooltip="A copy of what is shown, in $EDITOR",
        ),
    ]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to save or open where there is no output, and to open it in a browser."""
        if action in ("save", "open") and not self._lines.count:
            return "there is no output"
        if action == "open" and self.app.is_web:
            return IN_BROWSER
        return super().why_not(action, parameters)

    @work
    async def action_copy(self) -> None:
        """Copy the selected lines, or the current one, as clean text."""
        first, last = self.chosen
        count = min(last + 1, self._lines.count) - first
        if count > COPIED_AT_MOST:
            self.notify(f"{count:,} lines are too many to copy: save them instead", markup=False)
        elif count > 0:
            text = "\n".join(self._lines.texts(first, last + 1))
            self._unselect()
            lines = f"{count:,} line{'s' * (count > 1)}"
            self.notify(await clipboard.copy(self.app, lines, text), markup=False)

    def dragged(self) -> None:
        """Copy what was selected with the mouse."""
        self.action_copy()

    def _shown(self) -> ShownLines:
        """Return the selected lines, or all that are shown."""
        first, last = (0, self._lines.count - 1) if self._anchor is None else self.chosen
        window = self._lines
        return ShownLines(window.source, window.filter, window.brief, first, min(last + 1, window.count))

    @property
    def file_name(self) -> str:
        """The name of a file for these lines: `run-7-copy-the-files.log`."""
        return (
            f"{_UNSAFE.sub('-', self.title.lower().removeprefix('output')).strip('-')[:80] or 'output'}.log"
        )

    @work
    async def action_save(self) -> None:
        """Ask for a file, and write the lines into it."""
        shown = self._shown()
        count = shown.last - shown.first
        lines = f"{count:,} line{'s' * (count > 1)}"
        if await save_file(self, SaveWanted(lines, self.file_name, shown.write), self.region):
            self._unselect()

    @work
    async def action_open(self, command: Command) -> None:
        """Open a copy of the lines in the account's pager or editor, at the current line."""
        shown, line = self._shown(), self.line
        if shown.last - shown.first > MANY:
            self.notify(f"{shown.last - shown.first:,} lines are written for it", markup=False)
        try:
            folder = temporary_folder("octotui-")
        except StoreError as problem:
            self.notify(str(problem), severity="error", markup=False)
            return
        with folder as name:
            path = Path(name) / self.file_name
            try:
                await asyncio.to_thread(_written, shown, path)
            except OSError as problem:
                self.notify(f"cannot write {path}: {problem.strerror}", severity="error", markup=False)
                return
            await open_file(self.app, path, max(1, line - shown.first + 1), command)


def _written(shown: ShownLines, path: Path) -> None:
    with opened_private(path, "xb") as file:
        shown.write(file)
