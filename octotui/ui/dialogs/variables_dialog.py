"""The variables of a run, with the reason for each value."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction
from octotui.ui.styled_text import Span, cut, glyphs_of, padded
from octotui.ui.widgets.filter_input import FilterInput
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.model_parts.parts import of_variable
from octotui.views.variables import VariableRow

WIDEST = 44  # characters of a name, where there is room for them


class VariablesDialog(ModalScreen[tuple[str, str] | None]):
    """A variable on each line, filtered by typing; the one under the cursor is shown in full below.

    Dismissed with the run and the job that set a variable, where its output is wanted.
    """

    KEYS_TITLE = "In the list of variables"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("slash", "filter", "filter", tooltip="By words in names and values"),
        KeyAction("m", "model", "model", tooltip="What declares the variable, in the file of the model"),
        KeyAction("escape,v,q", "dismiss(None)", "back", lasting=True),
    ]
    DEFAULT_CSS = """
    VariablesDialog {
        LineList { height: auto; max-height: 60vh; margin-top: 1; }
        #whole { height: auto; max-height: 6; margin-top: 1; }
        KeyBar { dock: bottom; }
    }
    """

    def __init__(self, about: str, rows: Sequence[VariableRow], process: str = "") -> None:
        """Create it for the variables that a process sees."""
        super().__init__()
        self._process = process
        self._about = about
        self._rows = {row.name: row for row in rows}
        self._width = min(WIDEST, max((len(name) for name in self._rows), default=0))

    def compose(self) -> ComposeResult:
        """Yield the list, its filter, and one variable in full."""
        with Vertical(classes="dialog -broad"):
            yield PlainText(f"Variables: {self._about}", classes="dialog--title")
            yield LineList(self._line, empty="no such variable")
            yield FilterInput()
            yield PlainText("", id="whole", classes="dialog--text")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show all variables."""
        self._filter()
        self.query_one(LineList).focus()

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterInput).ask()

    @on(FilterInput.Changed)
    def _filter(self) -> None:
        words = self.query_one(FilterInput).value
        lines = self.query_one(LineList)
        matches = [name for name, row in self._rows.items() if row.holds(words)]
        lines.show(matches)
        lines.styles.height = max(1, len(matches))

    def action_model(self) -> None:
        """Show the part of the model that declares the variable under the cursor."""
        app: Any = self.app
        if name := self.query_one(LineList).key:
            app.show_model(of_variable(app.state.model, self._process, name))

    @on(FilterInput.Left)
    def _back_to_the_list(self) -> None:
        self.query_one(LineList).focus()

    @on(LineList.Moved)
    def _tell(self, event: LineList.Moved) -> None:
        row = self._rows.get(event.key or "")
        self.query_one("#whole", PlainText).update(f"{row.name} = {row.value}\n({row.why})" if row else "")

    @on(LineList.Opened)
    def _go_to_maker(self, event: LineList.Opened) -> None:
        """Leave for the output of the job that set a variable."""
        maker = self._rows[event.key].made_by if event.key else None
        if maker is None:
            self.notify("no job has set it: the line below says where it comes from", markup=False)
        else:
            self.dismiss(maker)

    def _line(self, name: str, width: int) -> list[Span]:
        row = self._rows[name]
        shown = min(self._width, width // 2)
        value = row.value.partition("\n")[0]
        fitting = "".join(text for text, _ in cut([(name, "plain")], shown, glyphs_of(self)))
        return [
            (f"{padded(fitting, shown)}  ", "plain"),
            (f"{value}  ", "strong"),
            (row.why, "muted"),
        ]
