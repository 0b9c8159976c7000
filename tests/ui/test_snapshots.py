"""Pictures of every screen in its main states; look at each one before it is accepted."""

from pathlib import Path

import pytest

from octotui.ui.app import OctotuiApp
from octotui.ui.replay_app import ReplayApp
from octotui.ui.settings.account_settings import AccountSettings
from tests import scenes
from tests.exported import replay, tamed
from tests.leases import in_every_phase
from tests.scenes import Scene
from tests.ui.dialogs.test_prompt_dialog import SIZE, SURE, TOKEN, VERSION
from tests.ui.dialogs.test_prompt_dialog import scene as asking_for
from tests.ui.fake import FakeSession
from tests.ui.headless import screen_settled
from tests.ui.plans.test_plan_dialog import crowded
from tests.ui.screens.test_model_screen import Faulty
from tests.ui.test_space_switch import FakeSwitch
from tests.ui.timeline.test_differences_dialog import twice

NARROW, WIDE = (80, 24), (120, 40)
LOW, HUGE = (60, 20), (200, 60)


@pytest.fixture
def pictured(snap_compare, tmp_path: Path):
    """Whether a scene still looks as it did once some keys were pressed."""

    def compare(
        scene: Scene, size: tuple[int, int], *keys: str, user: str = "ann", glyphs: str = "unicode", **more
    ) -> bool:
        session = FakeSession(scene, tmp_path, user)
        app = OctotuiApp(session, now=session.now, glyphs=glyphs, switch=FakeSwitch(), **more)

        async def settle(pilot) -> None:
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
                while app.is_handling_keys:
                    await pilot.pause()
            await screen_settled(pilot)

        return snap_compare(app, terminal_size=size, run_before=settle)

    return compare


@pytest.fixture
def replayed(snap_compare, tmp_path: Path):
    """Whether a replay still looks as it did once some keys were pressed."""

    def compare(size: tuple[int, int], *keys: str) -> bool:
        async def settle(pilot) -> None:
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await screen_settled(pilot)

        return snap_compare(ReplayApp(replay(tmp_path, tamed())), terminal_size=size, run_before=settle)

    return compare


class TestBoard:
    def test_idle(self, pictured):
        assert pictured(scenes.idle(), NARROW)

    def test_the_seed_example(self, pictured):
        assert pictured(scenes.seed(), WIDE, "G")

    def test_the_seed_example_narrow(self, pictured):
        assert pictured(scenes.seed(), NARROW)

    def test_a_lock_wait(self, pictured):
        assert pictured(scenes.lock_wait(), WIDE, "j", "j", "j")

    def test_a_lock_wait_narrow(self, pictured):
        assert pictured(scenes.lock_wait(), NARROW, "j", "j", "j")

    def test_a_question(self, pictured):
        assert pictured(scenes.asking(), WIDE)

    def test_queued(self, pictured):
        assert pictured(scenes.queued(), WIDE, "j")

    def test_many_with_the_focus_on_the_pools(self, pictured):
        assert pictured(scenes.many(), WIDE, "tab", "j")

    def test_a_filter(self, pictured):
        assert pictured(scenes.many(), NARROW, "slash", *"asks")

    def test_a_filter_that_is_completed(self, pictured):
        assert pictured(scenes.many(), WIDE, "slash", *"state:failed env:")

    def test_a_filter_of_an_unknown_value(self, pictured):
        assert pictured(scenes.many(), NARROW, "slash", *"env:tets")

    def test_a_kept_filter_and_its_count(self, pictured):
        assert pictured(scenes.many(), NARROW, "slash", *"-state:failed", "enter")

    def test_saved_views(self, pictured, monkeypatch, tmp_path):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert pictured(scenes.many(), NARROW, "slash", *"is:waiting", "enter", "S")

    def test_a_family_and_marks(self, pictured):
        assert pictured(scenes.seed(), WIDE, "right", "j", "space", "space")

    def test_a_family_and_marks_narrow(self, pictured):
        assert pictured(scenes.seed(), NARROW, "right", "j", "space", "space")

    def test_a_filter_that_finds_a_child(self, pictured):
        assert pictured(scenes.seed(), NARROW, "slash", *"env:test", "enter", "asterisk")

    def test_ascii(self, pictured):
        assert pictured(scenes.seed(), WIDE, "G", glyphs="ascii")

    def test_without_colour(self, pictured, monkeypatch):
        monkeypatch.setenv("NO_COLOR", "1")
        assert pictured(scenes.failed(), WIDE)

    def test_many_low(self, pictured):
        assert pictured(scenes.many(), LOW)

    def test_many_huge_sorted(self, pictured):
        assert pictured(scenes.many(), HUGE, "C", *"jjjjjss", "enter")

    def test_estimates(self, pictured):
        chosen = (*["j"] * 17, "space", *["K"] * 11, *["j"] * 12, "space", *["K"] * 11)
        assert pictured(scenes.estimated(), WIDE, "C", *chosen, "enter", *["down"] * 3)

    def test_estimates_narrow(self, pictured):
        assert pictured(scenes.estimated(), NARROW, *["down"] * 3, "enter")

    def test_without_pools(self, pictured):
        assert pictured(scenes.empty(), WIDE)

    def test_queued_huge(self, pictured):
        assert pictured(scenes.queued(), HUGE, "j")

    def test_tiny(self, pictured):
        assert pictured(scenes.lock_wait(), (40, 10))


class TestRun:
    def test_approved(self, pictured):
        assert pictured(scenes.approved(), WIDE, "enter")

    def test_failed(self, pictured):
        assert pictured(scenes.failed(), NARROW, "enter")

    def test_what_scripts_say(self, pictured):
        assert pictured(scenes.telling(), NARROW, "enter")

    def test_cancelling(self, pictured):
        assert pictured(scenes.cancelling(), NARROW, "enter")

    def test_output_alone(self, pictured):
        assert pictured(scenes.seed(), NARROW, "l")


class TestTimeline:
    def test_differences_narrow(self, pictured):
        assert pictured(twice(), NARROW, "space", "j", "space", "d", "j", "j")

    def test_a_moment_of_the_past(self, pictured):
        assert pictured(scenes.approved(), NARROW, "h", "left_curly_bracket", "right_square_bracket")

    def test_by_worker_narrow(self, pictured):
        assert pictured(scenes.approved(), NARROW, "L", "j", "N")

    def test_by_step_wide(self, pictured):
        assert pictured(scenes.turns(), WIDE, "j", "L", "B", "j", "j", "left", "left")

    def test_ascii(self, pictured):
        assert pictured(scenes.failed(), NARROW, "L", "B", "j", glyphs="ascii")


class TestDashboard:
    def test_it_low(self, pictured):
        assert pictured(scenes.deployed(), LOW, "D", "right", "right", "right")

    def test_it_narrow(self, pictured):
        assert pictured(scenes.deployed(), NARROW, "D")

    def test_it_wide(self, pictured):
        assert pictured(scenes.deployed(), WIDE, "D", "down")

    def test_it_huge(self, pictured):
        assert pictured(scenes.deployed(), HUGE, "D", "right", "down")

    def test_a_question_out_of_sight_narrow(self, pictured):
        assert pictured(scenes.asking_elsewhere(), NARROW, "D")

    def test_nothing_has_run(self, pictured):
        assert pictured(scenes.idle(), NARROW, "D")

    def test_ascii(self, pictured):
        assert pictured(scenes.deployed(), NARROW, "D", glyphs="ascii")


class TestPlaces:
    def test_a_worker(self, pictured):
        assert pictured(scenes.lock_wait(), NARROW, "tab", "enter")

    def test_a_worker_wide(self, pictured):
        assert pictured(scenes.lock_wait(), WIDE, "tab", "enter")

    def test_a_worker_with_estimates(self, pictured):
        assert pictured(scenes.estimated(), NARROW, "tab", "enter")

    def test_a_worker_with_estimates_wide(self, pictured):
        assert pictured(scenes.estimated(), WIDE, "tab", "enter")

    def test_a_pool(self, pictured):
        assert pictured(scenes.many(), NARROW, "tab", "k", "enter")

    def test_a_pool_wide(self, pictured):
        assert pictured(scenes.many(), WIDE, "tab", "k", "enter")

    def test_an_environment(self, pictured):
        assert pictured(scenes.deployed(), NARROW, "D", *["right"] * 3, "up", "enter")

    def test_an_environment_wide(self, pictured):
        assert pictured(scenes.deployed(), WIDE, "D", *["right"] * 3, "up", "enter")

    def test_the_space(self, pictured):
        assert pictured(scenes.turns(), NARROW, "P")


class TestLeases:
    """W12: the machines of dynamic pools in every phase, and the page of a pool."""

    def test_pools(self, pictured):
        assert pictured(in_every_phase(), NARROW, "tab", "G")

    def test_pools_wide(self, pictured):
        assert pictured(in_every_phase(), WIDE, "tab", "j", "j", "j")

    def test_a_pool(self, pictured):
        assert pictured(in_every_phase(), NARROW, "tab", "j", "j", "enter")

    def test_a_pool_wide(self, pictured):
        assert pictured(in_every_phase(), WIDE, "tab", "G", "k", "enter")


class TestQuestions:
    def test_they_narrow(self, pictured):
        assert pictured(scenes.many(), NARROW, "Q", "j")

    def test_they_wide(self, pictured):
        assert pictured(scenes.several(), WIDE, "Q", user="cem")

    def test_none(self, pictured):
        assert pictured(scenes.idle(), NARROW, "Q")


class TestTargets:
    def test_two_runs_take_turns(self, pictured):
        assert pictured(scenes.turns(), WIDE)


class TestDialogs:
    def test_spaces(self, pictured):
        assert pictured(scenes.seed(), NARROW, "o")

    def test_spaces_wide(self, pictured):
        assert pictured(scenes.seed(), WIDE, "o")

    def test_cancel_several(self, pictured):
        assert pictured(scenes.seed(), NARROW, "right", "asterisk", "c")

    def test_proceed_with_several(self, pictured):
        assert pictured(scenes.many(), WIDE, "slash", *"is:open", "enter", "asterisk", "p")

    def test_start(self, pictured):
        assert pictured(scenes.idle(), NARROW, "s")

    def test_plan(self, pictured):
        assert pictured(scenes.seed(), NARROW, "b", "minus", "j", "j", "j")

    def test_plan_wide(self, pictured):
        assert pictured(crowded(), WIDE, "b", "plus", "j")

    def test_start_where(self, pictured):
        assert pictured(scenes.seed(), WIDE, "s", *"tame", "enter", *"pro")

    def test_which_release(self, pictured):
        assert pictured(scenes.released(), WIDE, "s", *"shop", "enter")

    def test_start_with_values(self, pictured):
        prompts = {"Version": VERSION, "Size": SIZE, "Sure": SURE, "Token": TOKEN}
        assert pictured(asking_for(**prompts), NARROW, "s", "enter", "1", "tab", "ctrl+s")

    def test_variables(self, pictured):
        assert pictured(scenes.seed(), WIDE, "v", "j")

    def test_quit(self, pictured):
        assert pictured(scenes.seed(), NARROW, "q")

    def test_cancel(self, pictured):
        assert pictured(scenes.seed(), NARROW, "c")

    def test_why(self, pictured):
        assert pictured(scenes.approved(), WIDE, "w")

    def test_why_with_estimates(self, pictured):
        assert pictured(scenes.estimated(), WIDE, "down", "w")

    def test_why_with_estimates_narrow(self, pictured):
        assert pictured(scenes.estimated(), NARROW, "down", "down", "down", "w")

    def test_a_failed_step_that_asks(self, pictured):
        assert pictured(scenes.guided(), NARROW, "t")

    def test_columns_of_pools(self, pictured):
        assert pictured(scenes.many(), WIDE, "tab", "C", "j", "j", "s")

    def test_columns(self, pictured):
        assert pictured(scenes.many(), NARROW, "C", "j", "j", "s")

    def test_help(self, pictured):
        assert pictured(scenes.seed(), NARROW, "question_mark")


class TestQuestion:
    def test_open(self, pictured):
        assert pictured(scenes.asking(), NARROW, "a")

    def test_taken(self, pictured):
        assert pictured(scenes.taken(), WIDE, "a", "n", *"fine")

    def test_one_of_two_has_approved(self, pictured):
        assert pictured(scenes.several(), NARROW, "a", user="cem")

    def test_one_of_two_has_approved_wide(self, pictured):
        assert pictured(scenes.several(), WIDE, "a", user="cem")

    def test_what_is_to_be_filled_in(self, pictured):
        assert pictured(scenes.several(), NARROW, "a", "p", user="cem")


class TestReplay:
    def test_a_lock_wait(self, replayed):
        assert replayed(WIDE, "left_curly_bracket", "right_square_bracket")

    def test_a_question_narrow(self, replayed):
        assert replayed(NARROW, "left_curly_bracket", *["right_square_bracket"] * 3)


class TestHealth:
    def test_m1_the_board_says_that_the_machine_of_a_run_is_away(self, pictured) -> None:
        assert pictured(scenes.away(), NARROW)

    def test_m1_the_line_of_its_job_says_since_when_and_when_it_is_tried_next(self, pictured) -> None:
        assert pictured(scenes.away(), WIDE)

    def test_the_board_says_which_machines_are_unwell_and_why(self, pictured) -> None:
        """W4, M5: narrow."""
        assert pictured(scenes.unwell(), NARROW, "tab", "j", "j")

    def test_in_ascii_on_a_wide_board(self, pictured) -> None:
        assert pictured(scenes.unwell(), WIDE, "tab", glyphs="ascii")

    def test_w_says_what_was_tried_and_what_was_found(self, pictured) -> None:
        assert pictured(scenes.unwell(), WIDE, "tab", "w")

    def test_the_page_of_a_worker_has_its_health(self, pictured) -> None:
        assert pictured(scenes.unwell(), NARROW, "tab", "j", "j", "j", "enter")


class TestModel:
    def test_the_part_of_a_step_with_complaints(self, pictured):
        assert pictured(scenes.lock_wait(), NARROW, "enter", "j", "j", "m", model=Faulty())

    def test_the_part_of_a_worker(self, pictured):
        assert pictured(scenes.lock_wait(), WIDE, "tab", "m", model=Faulty())


class TestThemes:
    @pytest.mark.parametrize("theme", ["light", "high-contrast"])
    def test_the_board(self, pictured, theme):
        assert pictured(scenes.failed(), WIDE, account=AccountSettings(theme=theme))

    @pytest.mark.parametrize("theme", ["blue-orange", "red-cyan"])
    def test_the_board_for_the_colour_blind(self, pictured, theme):
        assert pictured(scenes.failed(), NARROW, account=AccountSettings(theme=theme))
