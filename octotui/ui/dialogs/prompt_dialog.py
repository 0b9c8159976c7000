"""The dialog for values that a run asks for at its start, or a question for its answer (V6, I6)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from octotui.engine.rules.start_prompts import RequiredPrompt
from octotui.model.checks.prompts import CHECKED
from octotui.ui.key_actions import ExplainedActions, KeyAction, relabel
from octotui.ui.widgets.choice_input import ChoiceInput
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.plain_text import PlainText

Judge = Callable[[Mapping[str, str]], Sequence[str]]
"""Returns the problems of values, in sentences."""


class PromptDialog(ExplainedActions, ModalScreen[dict[str, str] | None]):
    """A field for each value, with all problems below."""

    AUTO_FOCUS = ""
    KEYS_TITLE = "Where values are filled in"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "enter",
            "onward",
            "done",
            priority=True,
            tooltip="To the next value, and in the last field start or proceed; in several lines a new line",
        ),
        KeyAction("tab", "field(1)", "next", tooltip="To the next value"),
        KeyAction("shift+tab", "field(-1)", "previous", show=False, tooltip="To the value before"),
        KeyAction("ctrl+s", "start", "start", priority=True, tooltip="Or proceed, with these values"),
        KeyAction("escape", "dismiss(None)", "back", lasting=True, tooltip="Start or answer nothing"),
    ]
    DEFAULT_CSS = """
    PromptDialog {
        #fields { height: auto; max-height: 60vh; }
        .prompt { height: auto; margin-top: 1; }
        .prompt--label { text-style: bold; }
        .prompt--help { color: $foreground 70%; }
        TextArea { height: 3; border: none; padding: 0; }
        Input, TextArea, ChoiceInput { background: $panel; }
        ChoiceInput:focus { background: $primary 30%; }
        #problems { color: $error; height: auto; }
    }
    """

    def __init__(
        self,
        title: str,
        asked: Sequence[RequiredPrompt],
        before: Mapping[str, str],
        judge: Judge,
        *,
        done: str = "start",
    ) -> None:
        """Create it; `before` are values offered instead of the defaults, `done` labels the last key."""
        super().__init__()
        relabel(self, "start", done)
        self._done = done
        self._title = title
        self._judge = judge
        self._fields = {each.name: (each, _field(each, before)) for each in asked}

    def compose(self) -> ComposeResult:
        """Yield label, help and field of each value."""
        with Vertical(classes="dialog"):
            yield PlainText(self._title, classes="dialog--title")
            with VerticalScroll(id="fields", can_focus=False):
                for asked, field in self._fields.values():
                    yield Vertical(*_lines(asked), field, classes="prompt")
            yield PlainText("", id="problems")
            yield KeyBar()

    def on_mount(self) -> None:
        """Focus the first field; stop cursors from blinking."""
        for field in self._widgets():
            if isinstance(field, Input | TextArea):
                field.cursor_blink = False
        next(self._widgets()).focus(scroll_visible=False)

    @on(events.DescendantFocus)
    def _say_enter(self) -> None:
        """Say in the key bar what enter does in this field."""
        relabel(self, "onward", "next" if self._after else self._done)
        self.refresh_bindings()

    @property
    def _after(self) -> Sequence[Widget]:
        """The fields after the focused one."""
        fields = list(self._widgets())
        return fields[next((at for at, field in enumerate(fields) if field.has_focus), -1) + 1 :]

    def action_onward(self) -> None:
        """Focus the next field; submit after the last."""
        if after := self._after:
            after[0].focus()
        else:
            self.action_start()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to move where there is no other field; in a field of several lines enter is one more."""
        if action == "onward" and isinstance(self.focused, TextArea):
            return "this field has several lines"
        return "this is the only field" if action == "field" and len(self._fields) < 2 else ""

    def action_field(self, step: int) -> None:
        """Focus another field, wrapping around."""
        fields = list(self._widgets())
        at = next((index for index, field in enumerate(fields) if field.has_focus), -step)
        fields[(at + step) % len(fields)].focus()

    def action_start(self) -> None:
        """Submit the values if they are valid."""
        values = {name: _value(field) for name, (_, field) in self._fields.items()}
        problems = self._judge(values)
        self.query_one("#problems", PlainText).update("\n".join(problems))
        if not problems:
            self.dismiss(values)

    def _widgets(self) -> Iterator[Widget]:
        return (field for _, field in self._fields.values())


def _lines(asked: RequiredPrompt) -> Iterator[PlainText]:
    """Yield the label and the help of a field."""
    star = " *" if asked.prompt.required and asked.prompt.kind != "checkbox" else ""
    yield PlainText(f"{asked.label}{star}", classes="prompt--label")
    if asked.prompt.help:
        yield PlainText(asked.prompt.help, classes="prompt--help")


def _field(asked: RequiredPrompt, before: Mapping[str, str]) -> Widget:
    prompt = asked.prompt
    offered = before.get(asked.name, prompt.otherwise)
    match prompt.kind:
        case "multiline":
            return TextArea(offered, compact=True)
        case "checkbox":
            return ChoiceInput(CHECKED[::-1], offered.capitalize(), ("no", "yes"))
        case "select":
            return ChoiceInput(prompt.options if prompt.required else ("", *prompt.options), offered)
        case _:
            return Input(offered, password=prompt.kind == "sensitive", compact=True)


def _value(field: Widget) -> str:
    match field:
        case TextArea():
            return field.text
        case Input() | ChoiceInput():
            return field.value
    raise TypeError(field)
