"""The artifacts of a run: opened, copied and saved, and where they come from."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.engine.state import State
from octotui.ui.external import open_file
from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.log.save_prompt import SaveWanted, save_file
from octotui.ui.styled_text import Span, glyphs_of, padded
from octotui.ui.terminal.clipboard import copy
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.files import FileRow, Where, rows
from octotui.views.labels import size
from octotui.views.text.visible_text import visible_lines

COPIED_AT_MOST = 1 << 20  # bytes
NO_TEXT = "is no text: save it instead"


class FilesDialog(ExplainedActions, ModalScreen[tuple[str, str] | None]):
    """The files that jobs made, below the jobs; dismissed with a run and a job whose output is wanted."""

    KEYS_TITLE = "In the list of files"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("y", "copy", "copy", tooltip="The text of this file"),
        KeyAction("W", "save", "save", tooltip="This file, under a name of yours"),
        KeyAction("l", "output", "log", tooltip="Of the job that made this file"),
        KeyAction("escape,f,q", "dismiss(None)", "back", lasting=True),
    ]
    DEFAULT_CSS = """
    FilesDialog {
        LineList { height: auto; max-height: 60vh; margin-top: 1; }
        #path { height: auto; max-height: 4; margin-top: 1; }
        KeyBar { dock: bottom; }
    }
    """

    def __init__(self, about: str, picture: Callable[[], State], where: Where) -> None:
        """Create it for a run, in what is seen of it."""
        super().__init__()
        self._about = about
        self._picture = picture
        self._where = where
        self._rows: dict[str, FileRow] = {}
        self._state: State | None = None

    def compose(self) -> ComposeResult:
        """Yield the list, and the path of the file under the cursor."""
        with Vertical(classes="dialog -broad"):
            yield PlainText(f"Files: {self._about}", classes="dialog--title")
            yield LineList(self._line, empty="There are no files.")
            yield PlainText("", id="path", classes="dialog--text")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the files, and those that come."""
        self._list()
        self.query_one(LineList).focus()
        self.watch(self.app, "state", self._list, init=False)
        self.watch(self.app, "now", self._list, init=False)

    def _list(self) -> None:
        state = self._picture()
        if state is self._state:
            return
        self._state = state
        self._rows = {row.key: row for row in rows(state, self._about)} or self._rows
        lines = self.query_one(LineList)
        lines.show(list(self._rows))
        lines.styles.height = max(1, len(self._rows))

    def _line(self, key: str, width: int) -> Sequence[Span]:
        row = self._rows[key]
        if not row.name:
            return [(row.head, "strong")]
        text = f"{size(row.size)}"
        return [(padded(f"  {row.name}", max(1, width - len(text) - 1)), "plain"), (f" {text}", "muted")]

    @property
    def _here(self) -> FileRow | None:
        return self._rows.get(self.query_one(LineList).key or "") if self.is_mounted else None

    @property
    def _path(self) -> Path | None:
        row = self._here
        return self._where(row.run, row.job, row.name) if row is not None and row.name else None

    @on(LineList.Moved)
    def _tell(self) -> None:
        path = self._path
        self.query_one("#path", PlainText).update("" if path is None else glyphs_of(self).text(str(path)))
        self.refresh_bindings()

    @on(LineList.Opened)
    @work
    async def _open(self) -> None:
        """Open a file in the pager; of a job, its output."""
        path = self._path
        if path is None:
            self.action_output()
        else:
            await open_file(self.app, path, command="PAGER")

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to copy or save a job."""
        if action in ("copy", "save") and (self._here is None or not self._here.name):
            return "no file is under the cursor"
        return super().why_not(action, parameters)

    def action_output(self) -> None:
        """Leave for the output of the job that made a file."""
        row = self._here
        if row is not None:
            self.dismiss((row.run, row.job))

    @work
    async def action_copy(self) -> None:
        """Copy the text of a file, with control characters as their escapes."""
        row, path = self._here, self._path
        if row is None or path is None:
            return
        try:
            text = await asyncio.to_thread(_text_of, path)
        except (OSError, ValueError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else str(problem)
            self.notify(f"{row.name} {reason}", severity="warning", markup=False)
            return
        self.notify(await copy(self.app, row.name, visible_lines(text)), markup=False)

    @work
    async def action_save(self) -> None:
        """Save a file under a name of the user's."""
        row, path = self._here, self._path
        if row is not None and path is not None:
            wanted = SaveWanted(row.name, Path(row.name).name, lambda file: _copied(path, file))
            await save_file(self, wanted, self.query_one("#path").region)


def _text_of(path: Path) -> str:
    """Return the text of a file; raises ValueError with the rest of a sentence, or OSError."""
    with path.open("rb") as file:
        content = file.read(COPIED_AT_MOST + 1)
    if len(content) > COPIED_AT_MOST:
        raise ValueError(f"has more than {size(COPIED_AT_MOST)}: save it instead")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError(NO_TEXT) from None
    if "\0" in text:
        raise ValueError(NO_TEXT)
    return text


def _copied(path: Path, file: IO[bytes]) -> None:
    with path.open("rb") as source:
        shutil.copyfileobj(source, file)
