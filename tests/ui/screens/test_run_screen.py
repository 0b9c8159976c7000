from octotui.ui.screens.board import Board
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.ui.opened import opened


async def test_it_shows_tree_and_output_of_the_row_under_the_cursor(tmp_path):
    async with opened(scenes.approved(), tmp_path, (80, 24)) as it:
        await it.press("enter")
        await it.sees(
            "ann said proceed: it is fine", "selected again: next after worker2 in setup", "Tag the bill"
        )
        await it.sees("Output · run-1 Tag the bill")
        await it.press("g", "j")
        await it.sees("Output · run-1 acquire worker-image 1.0.0")


async def test_l_gives_the_output_the_whole_screen_and_back(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("right", "j", "enter", "l")
        assert "first in setup" not in it.text
        await it.press("escape")
        await it.sees("first in setup")
        await it.press("escape")
        assert isinstance(it.app.screen, Board)


async def test_enter_opens_a_child_or_the_output(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("G", "enter", "g", "j", "j", "enter")
        assert isinstance(it.app.screen, RunScreen)
        assert it.app.screen.run == "run-2"
        await it.press("enter")
        assert it.app.screen.has_class("-log")


async def test_w_on_a_worker_asks_about_the_worker_else_about_the_run(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("right", "j", "enter", "w")
        await it.sees("Why: run-2")
        await it.press("escape", "g", "w")
        await it.sees("Why: worker1")


async def test_it_stays_on_a_run_that_ends(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("right", "j", "enter")
        it.session.later(31)
        await it.sees("run-2 Create AWS RDS · Development", "✔ succeeded 30s")


async def test_esc_is_offered_for_what_it_does_in_the_output(tmp_path):
    """It goes back, unless there is a selection or a search to drop first."""
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("right", "j", "l")
        await it.until(lambda: "esc back" in it.text)
        await it.press("m")
        await it.until(lambda: "esc back" not in it.text)
        await it.press("escape")
        await it.until(lambda: "esc back" in it.text)
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Board))


async def test_the_output_alone_goes_from_step_to_step_and_says_which_it_is(tmp_path):
    async with opened(scenes.approved(), tmp_path, (80, 24)) as it:
        await it.press("l")
        await it.sees("Output · run-1 Tag the bill", "step 4 of 5", "J K step")
        await it.press("K")
        await it.sees("Output · run-1 Look at the bill", "step 3 of 5")
        await it.press("J", "J")
        await it.sees("Output · run-1 acquire worker-image 1.0.0", "step 1 of 5")
        await it.press("K")
        await it.sees("Output · run-1 Tag the bill", "step 4 of 5")


async def test_of_a_run_of_one_step_there_is_no_other_to_go_to(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("right", "j", "l")
        await it.sees("Output · run-2 Create the instance", "step 1 of 1")
        assert "J K step" not in it.text
        assert "no other step of run-2 has begun" in await it.press("J")


async def test_the_output_of_a_question_says_which_key_goes_to_that_of_a_step(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        it.session.log_path = lambda run, job: tmp_path / "none.log"
        await it.press("l")
        await it.sees("no output; K: the step before")
