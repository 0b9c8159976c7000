"""All open questions on a screen of its own, each to be opened or answered."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.model.space import Model
from octotui.store.user_config import ListSetting
from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.questions_panel import QuestionsPanel
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.time_actions import TimeActionsScreen
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views.model_parts.parts import ModelPart, of_question
from octotui.views.questions import QuestionRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octotui.runtime.space_access import SpaceAccess
    from octotui.views.bulk.plan import BulkAction


class QuestionsScreen(TimeActionsScreen):
    """The list of questions; what can be done to a run is done to the one that asks."""

    KEYS_TITLE = "On the list of questions"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "escape,backspace", "back", "back", lasting=True, tooltip="To the board; with marks, unmark all"
        ),
    ]

    def __init__(self, session: "SpaceAccess", setting: ListSetting) -> None:
        """Create it with the saved setting of the list."""
        super().__init__(session)
        self._setting = setting

    def compose(self) -> ComposeResult:
        """Yield the list between the status and key bars."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        panel = QuestionsPanel(self.session.user, self._setting)
        yield panel.data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield KeyBar()

    @property
    def asked(self) -> QuestionRow | None:
        """The question under the cursor."""
        return next((each.question for each in self.query(QuestionsPanel)), None)

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the step that asks."""
        asked = self.asked
        return of_question(self.state, asked.id, model) if asked is not None else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse nothing for marked questions: a dialog says which of them can be taken."""
        marked = any(each.marked for each in self.query(QuestionsPanel))
        if action == "take" and marked and not self.state.keep_ended:
            return ""
        return super().why_not(action, parameters)

    @on(QuestionsPanel.Pointed)
    async def _point(self, event: QuestionsPanel.Pointed) -> None:
        self.run = event.question.run if event.question is not None else None
        self.refresh_bindings()
        if isinstance(event, QuestionsPanel.Opened):
            await self.action_answer()

    @on(QuestionsPanel.AnswerWanted)
    def _answer(self, event: QuestionsPanel.AnswerWanted) -> None:
        self._do(event.answer, event.questions)

    async def action_take(self) -> None:
        """Take the marked questions, or the one under the cursor."""
        if marked := self.query_one(QuestionsPanel).marked:
            self._do("take", marked)
        else:
            await super().action_take()

    @work
    async def _do(self, action: "BulkAction", asked: "Sequence[QuestionRow]") -> None:
        """Show the questions, and do it; those for which it worked are marked no more."""
        from octotui.ui.dialogs.bulk_dialog import BulkDialog
        from octotui.views.bulk.plan import plan_questions

        items = plan_questions(action, asked, self.state, self.session.user, self.now)
        done = await self.app.push_screen_wait(BulkDialog(self.session, action, items))
        self.query_one(QuestionsPanel).unmark(done.questions if done is not None else ())

    def action_back(self) -> None:
        """Unmark all questions; without marks, go back to the board."""
        panel = self.query_one(QuestionsPanel)
        if panel.marked:
            panel.unmark(each.id for each in panel.marked)
        else:
            self.dismiss()
