"""The base of screens that show which part of the model declares what is under the cursor."""

from typing import Any, ClassVar

from textual.binding import BindingType
from textual.reactive import reactive

from octotui.engine.state import State
from octotui.model.space import Model
from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.screens.actions.column_choice import ColumnChoiceScreen
from octotui.views.model_parts import parts
from octotui.views.model_parts.parts import ModelPart


class ModelPartsScreen(ExplainedActions, ColumnChoiceScreen):
    """A screen with a key for the part of the model that something was declared by."""

    KEYS_TITLE = "On the board and on a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "m",
            "model",
            "model",
            show=False,
            title="The model's part",
            tooltip="What declares this, in the file of the model",
        ),
    ]

    state: reactive[State]
    picture: reactive[State]
    run: reactive[str | None]

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the run that the screen is about, where no pane knows a nearer one."""
        return parts.of_run(self.picture, self.run, model) if self.run else None

    def action_model(self) -> None:
        """Show the part of the model that declares what is under the cursor."""
        app: Any = self.app
        for node in self.focused.ancestors_with_self if self.focused is not None else (self,):
            asked = getattr(node, "pointed_part", None)
            if asked is not None and (part := asked(self.state.model)) is not None:
                app.show_model(part)
                return
        app.say(f"nothing that {self.state.model.space.name} declares is under the cursor")
