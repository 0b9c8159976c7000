"""Saves into a file that the user names; one that is there is replaced only when that was asked for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.store.atomic_file import new_file, replaced_file
from octotui.store.errors import StoreError
from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.widgets.plain_text import PlainText


class SaveWanted(NamedTuple):
    """What is saved, in words, under which name unless another is given, and what writes it."""

    what: str
    name: str
    write: Callable[[IO[bytes]], object]


class SaveTarget(NamedTuple):
    """A file, and whether it takes the place of another."""

    path: Path
    replaces: bool


async def save_file(node: DOMNode, wanted: SaveWanted, area: Region) -> bool:
    """Ask for a file, write a private one, and say so; return whether it was written."""
    app = node.app
    target = await app.push_screen_wait(SavePrompt(wanted, area))
    if target is None:
        return False
    try:
        await asyncio.to_thread(_write, wanted, target)
    except (StoreError, ValueError) as problem:
        app.notify(str(problem), severity="error", markup=False)
        return False
    app.notify(f"Saved {wanted.what} in {target.path}", markup=False)
    return True


def _start(app: App[Any]) -> Path:
    """Return the folder that names are in: the app of a page was started in none of the account's."""
    return Path.home() if app.is_web else Path.cwd()


def _write(wanted: SaveWanted, target: SaveTarget) -> None:
    with replaced_file(target.path) if target.replaces else new_file(target.path) as file:
        wanted.write(file)


class SavePrompt(ModalScreen[SaveTarget | None]):
    """A prompt for a file, over the last lines of what is saved."""

    KEYS_TITLE = "While a file is named"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape", "dismiss(None)", "back", tooltip="Save nothing"),
    ]
    DEFAULT_CSS = """
    SavePrompt { #told { height: 1; } }
    """

    def __init__(self, wanted: SaveWanted, area: Region) -> None:
        super().__init__()
        self._wanted = wanted
        self._area = area
        self._refused = ""  # a file that is there, which the next enter replaces

    def compose(self) -> ComposeResult:
        """Yield what is asked, and the name."""
        where, folder = (" of the server", "~/") if self.app.is_web else ("", "")
        told = PlainText(f"Save {self._wanted.what} in which file{where}?", id="told")
        line = Input(
            f"{folder}{self._wanted.name}", placeholder="a file of yours", compact=True, select_on_focus=False
        )
        for up, widget in ((2, told), (1, line)):
            widget.styles.width = self._area.width
            widget.styles.position = "absolute"
            widget.styles.offset = (self._area.x, max(0, self._area.bottom - up))
            yield widget

    def on_input_changed(self) -> None:
        """Forget that a file is there: this may be another."""
        self._refused = ""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the file; where one is there, ask first."""
        text = event.value.strip()
        if not text:
            self.dismiss(None)
            return
        try:
            path = _start(self.app) / Path(text).expanduser()
            is_folder, is_there = path.is_dir(), path.exists() or path.is_symlink()
        except (OSError, RuntimeError, ValueError):
            self._say(f"{text} is no name of a file")
            return
        if is_folder:
            self._say(f"{path} is a folder: name a file in it")
        elif is_there and self._refused != text:
            self._refused = text
            keep = key_of(SavePrompt, "dismiss(None)")
            self._say(f"{path} is there already: enter replaces it, {keep} keeps it")
        else:
            self.dismiss(SaveTarget(path, is_there))

    def _say(self, sentence: str) -> None:
        """Tell a sentence, however long, above the name."""
        told = self.query_one("#told", PlainText)
        told.update(sentence)
        rows = told.get_content_height(self.size, self.size, self._area.width)
        told.styles.height = rows
        told.styles.offset = (self._area.x, max(0, self._area.bottom - 1 - rows))
