from octotui.engine.commands import CancelRun, StartRun
from octotui.ui.screens.board import Board
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.ui.opened import opened


async def test_wide_it_shows_runs_pools_tree_and_output(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("G")
        await it.sees(
            "octotui · Kraken",
            "4 executing",
            "run-1 Unleash the kraken",
            "run-5 Production on worker1",
            "next after worker3 in setup",
            "→ worker2 ▶ running  run-3",
            "creating an instance for Development",
        )


async def test_narrow_enter_opens_the_right_half_and_esc_goes_back(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, (80, 24)) as it:
        assert "to itself" not in it.text
        await it.press("j", "j", "j")
        await it.sees("waits for exclusive use of worker1: run-6 is acquiring")
        await it.press("enter")
        assert isinstance(it.app.screen, RunScreen)
        await it.sees("run-9 Tame the kraken", "acquire worker-image 1.0.0", "Output · run-9")
        await it.press("escape")
        assert isinstance(it.app.screen, Board)
        await it.press("escape")
        assert it.app.is_running


async def test_it_follows_the_session_and_keeps_the_run_looked_at(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j")
        await it.sees("run-2 Create AWS RDS · Development")
        it.session.later(31)
        await it.sees(
            "idle", "run-2 Create AWS RDS · Development", "✔ succeeded 30s", "✔ Create the instance"
        )
        assert "executing" not in it.text


async def test_an_ended_run_never_leaves_the_screen_empty(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j")
        await it.sees("Create the instance")
        seen: list[str] = []
        it.app.watch(it.app, "state", lambda: seen.append(it.text), init=False)
        it.session.later(31)
        await it.sees("✔ Create the instance")
        assert all("Create the instance" in text for text in seen)


async def test_starting_a_run_puts_the_cursor_on_it(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("s", *"tame", "enter", *"prod", "enter", "enter")
        await it.sees("run-6 Tame the kraken · Production")
        assert it.session.sent == [
            StartRun(process="tame", environment="production", tenant=None, requester="ann")
        ]


async def test_tab_goes_from_pane_to_pane_and_w_asks_about_the_worker(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("tab")
        assert it.app.focused is not None
        assert it.app.focused.id == "pools"
        await it.press("w")
        await it.sees("Why: worker1", "Lock held in exclusive mode", "run-6 is acquiring worker-image")
        await it.press("escape", "enter")
        await it.sees("Kraken > Setup > worker1")


async def test_cancel_asks_once(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j", "c")
        await it.sees("Cancel run-2 Create AWS RDS · Development?")
        await it.press("enter")
        assert it.session.sent == []
        await it.press("c", "y")
        assert it.session.sent == [CancelRun(run="run-2", by="ann")]
        await it.sees("cancelling")


async def test_the_log_key_opens_the_output_alone(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j", "l")
        await it.sees("Output · run-2 Create the instance")
        assert "worker1" not in it.text
        await it.press("escape")
        assert isinstance(it.app.screen, Board)


async def test_enter_in_the_tree_opens_the_child(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("G", "tab", "tab")
        await it.press("g", "j", "j", "enter")
        assert isinstance(it.app.screen, RunScreen)
        assert it.app.screen.run == "run-2"


async def test_it_lives_at_any_size(tmp_path):
    async with opened(scenes.many(), tmp_path) as it:
        for size in ((40, 10), (200, 60), (20, 5), (79, 17), (120, 40)):
            await it.pilot.resize_terminal(*size)
            await it.press("j")
            assert it.app.is_running
