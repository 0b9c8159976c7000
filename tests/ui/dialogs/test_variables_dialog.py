from octotui.engine.commands import AnswerInterruption
from octotui.ui.dialogs.variables_dialog import VariablesDialog
from tests import scenes
from tests.ui.opened import opened


async def test_variables_of_a_run_with_the_reason(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, (80, 24)) as it:
        await it.press("v")
        await it.sees("Variables: run-", "Octopus.Space.Name", "Kraken", "set by octotui")
        await it.press("/", *"created", "enter")
        await it.sees("Octopus.Deployment.CreatedBy.Username = ann")
        assert "Octopus.Space.Name" not in it.text
        await it.press("/", *"zzz", "enter")
        await it.sees("no such variable")
        await it.press("escape")
        assert not isinstance(it.app.screen, VariablesDialog)


async def test_a_long_name_is_cut_with_an_ellipsis(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.session.send(
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed", notes="fine")
        )
        await it.press("v", "/", *"manual.notes", "enter")
        await it.sees("Octopus.Action[Look at the bill]", "…", "fine")
        assert "Manual.Notes  " not in it.text


async def test_without_a_run_nothing_opens(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        await it.press("v")
        assert not isinstance(it.app.screen, VariablesDialog)
