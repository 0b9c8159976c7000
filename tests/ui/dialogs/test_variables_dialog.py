from octotui.engine.commands import AnswerInterruption
from octotui.ui.dialogs.variables_dialog import VariablesDialog
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.run_screen import RunScreen
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


async def test_v7_the_output_of_the_job_that_set_a_variable_is_gone_to(tmp_path):
    """What no job has set leads nowhere, and that is said."""
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.session.send(
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed", notes="fine")
        )
        await it.press("v", "/", *"space.name", "enter", "enter")
        await it.sees("no job has set it")
        await it.press("/", *["backspace"] * 10, *"manual.notes", "enter", "enter")
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        row = it.app.screen.query_one(TreePanel).row
        assert row is not None
        assert row.job is not None
