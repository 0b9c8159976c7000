import asyncio

import pytest
from msgspec.structs import replace
from textual.events import Key
from textual.worker import WorkerFailed

from octotui.engine.commands import AnswerInterruption, ReleaseInterruption, TakeInterruption
from octotui.ui.app import OctotuiApp
from octotui.ui.dialogs import question_dialog
from octotui.ui.dialogs.question_dialog import QuestionDialog
from octotui.ui.screens.board import Board
from tests import scenes
from tests.ui.fake import FakeSession
from tests.ui.opened import Opened, opened


async def test_it_shows_instructions_as_markdown_and_who_may_answer(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a")
        await it.sees(
            "run-1 Tame the kraken · Production · Contoso: Look at the bill", "asks Finance for 20s"
        )
        await it.sees("Four databases cost 2,400 € a month.", "1. Look at the forecast")
        await it.sees("t take", "p proceed", "x abort")


async def test_take_note_proceed(tmp_path):
    """I2 to I4: take, then answer with notes."""
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a", "t")
        await it.sees("you have taken it", "proceed")
        await it.press("n", *"px ok", "enter", "p")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent == [
            TakeInterruption(interruption="question-1", user="ann"),
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed", notes="px ok"),
        ]


async def test_abort_asks_once_more(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a", "x")
        await it.sees("Abort?")
        await it.press("escape")
        assert it.session.sent == []
        await it.press("x", "y")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent[0].answer == "abort"


async def test_an_answer_takes_the_question_after_a_confirmation(tmp_path):
    """I2: neither key answers a question that nobody has taken before it is confirmed."""
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        for key, title in (("p", "Take the question, and proceed?"), ("x", "Take the question, and abort?")):
            await it.press("a", key)
            await it.sees(title)
            await it.press("n")
            assert isinstance(it.app.screen, QuestionDialog)
            await it.press("escape")
        assert it.session.sent == []
        await it.press("a", "p", "y")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent == [
            TakeInterruption(interruption="question-1", user="ann"),
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed"),
        ]


async def test_notes_of_a_question_that_nobody_has_taken_are_text(tmp_path):
    """I2: what is typed into them is no key, and goes with the answer that takes the question."""
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a", "n", *"note tp")
        await it.sees("note tp")
        assert it.session.sent == []
        await it.press("enter", "p", "y")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent[1].notes == "note tp"


async def test_keys_that_make_no_sense_do_nothing(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24), user="bob") as it:
        await it.press("a", "p", "x", "n")
        assert isinstance(it.app.screen, QuestionDialog)
        assert it.session.sent == []


async def test_who_may_not_answer_is_told(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24), user="bob") as it:
        await it.press("a")
        await it.sees("you may not take it", "bob is not a member")
        await it.press("t")
        assert it.session.sent == []


async def test_esc_leaves_the_notes_then_the_screen(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a", "n", "h", "escape")
        assert isinstance(it.app.screen, QuestionDialog)
        await it.press("j", "k", "escape")
        assert isinstance(it.app.screen, Board)


async def test_it_goes_when_somebody_else_answered(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a", "x")
        answer = AnswerInterruption(interruption="question-1", user="ann", answer="proceed")
        await it.session.send(answer)
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Board))


async def test_a_failed_step_shows_its_output_and_what_may_become_of_it(tmp_path):
    """I7: only what is offered."""
    async with opened(scenes.guided(), tmp_path, (80, 24)) as it:
        await it.sees("Poke it failed")
        await it.press("a")
        await it.sees("run-1 Break the kraken · Test: Poke it failed", "attempt 2 on worker1: exit code 1")
        await it.sees("waiting for the instance to be available")
        await it.press("t")
        await it.sees("r retry", "i ignore", "F fail")
        assert "exclude" not in it.text
        assert "proceed" not in it.text
        await it.press("j", "k", "p", "x", "e", "n", *"so what", "enter", "i")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent[1:] == [
            AnswerInterruption(interruption="question-1", user="ann", answer="ignore", notes="so what")
        ]


async def test_give_back(tmp_path):
    """I6: others may take it again."""
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a")
        await it.sees("b give back", "h hand over")
        await it.press("b")
        await it.sees("you may take it")
        assert it.session.sent == [ReleaseInterruption(interruption="question-1", user="ann")]


async def test_who_approved_so_far_and_when_it_expires_and_the_fields(tmp_path):
    """I6: the second of two fills in what is missing, sees no secret, and it goes on."""
    async with opened(scenes.several(), tmp_path, (80, 24), user="cem") as it:
        await it.press("a")
        await it.sees("1 of 2 approvals · expires in 3h46m, then abort")
        await it.sees("bob said proceed: the forecast is fine (Size = large, Ticket = CHG-7")
        assert "hunter22" not in it.text
        await it.press("p")
        await it.sees("How large? *", "< large >", "Token of the provider *")
        await it.press("escape", "p", "ctrl+s")
        await it.sees("Token (Token of the provider) needs a value")
        await it.press("tab", "tab", *"hunter33", "ctrl+s")
        await it.until(lambda: isinstance(it.app.screen, Board))
        values = {"Size": "large", "Ticket": "CHG-7", "Token": "hunter33"}
        assert it.session.sent == [
            AnswerInterruption(interruption="question-1", user="cem", answer="proceed", values=values)
        ]


async def test_who_started_it_is_told_why_not(tmp_path):
    """I6: not_requester."""
    async with opened(scenes.several(), tmp_path, (80, 24), user="ann") as it:
        await it.press("a")
        await it.sees("cem has taken it: ann", "another person must answer")


async def test_the_keys_stay_in_sight_under_long_instructions(tmp_path):
    """I6: at 80 by 24, with all there is to say above them."""
    scene = scenes.several()
    question = scene.state.interruptions["question-1"]
    long = replace(question, instructions="\n\n".join(f"line {number}" for number in range(60)))
    state = replace(scene.state, interruptions=scene.state.interruptions.insert("question-1", long))
    scene.world.state = state
    async with opened(scene, tmp_path, (80, 24), user="cem") as it:
        await it.press("a")
        await it.sees("line 1", "p proceed")


async def test_keys_that_do_not_apply_say_why_not(tmp_path):
    """I6: who has taken it, who may, and what comes first."""
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a")
        assert "retry is no answer here: use proceed or abort" in await it.press("r")
        assert "take it first: t" in await it.press("b")
        await it.press("t")
        assert "you have taken it" in await it.press("t")
    async with opened(scenes.several(), tmp_path, (80, 24), user="ann") as it:
        await it.press("a")
        for key in ("t", "p", "h"):
            assert " cem has taken it: ann " in await it.press(key)


class Slow(FakeSession):
    """A session whose answers take a while to come."""

    async def send(self, command):
        await asyncio.sleep(0.05)
        return await super().send(command)


@pytest.mark.parametrize("keys", [("a", "t", "p"), ("t", "p"), ("a", "t", "b", "t", "p")])
async def test_keys_pressed_fast_count_all_and_in_order(tmp_path, monkeypatch, keys):
    """I1: what one key leads to is there before the next one counts."""
    monkeypatch.setattr(question_dialog, "PATIENCE", 60.0)  # however slow the machine is
    session = Slow(scenes.asking(), tmp_path)
    app = OctotuiApp(session, now=session.now)
    async with app.run_test(size=(80, 24)) as pilot:
        it = Opened(pilot, session)
        await it.sees("Look at the bill")
        for key in keys:
            app.post_message(Key(key, key))
        await it.until(
            lambda: isinstance(app.screen, Board) and session.sent, lambda: f"{session.sent}\n{it.text}"
        )
        wanted = {"t": TakeInterruption, "p": AnswerInterruption, "b": ReleaseInterruption}
        assert [type(each) for each in session.sent] == [wanted[key] for key in keys if key in wanted]


async def test_what_is_typed_right_after_the_key_for_notes_is_in_the_notes(tmp_path):
    """I3: no letter of it answers, though each is a key of the dialog."""
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a")
        for key in ("n", *"xpbh"):
            it.app.post_message(Key(key, key))
        await it.until(lambda: it.app.screen.query_one("#notes").value == "xpbh", lambda: it.text)
        assert it.session.sent == []


async def test_a_server_that_does_not_answer_holds_keys_only_for_a_while(tmp_path, monkeypatch):
    class Stuck(FakeSession):
        async def send(self, command):
            await asyncio.sleep(3600)

    monkeypatch.setattr(question_dialog, "PATIENCE", 0.1)
    session = Stuck(scenes.asking(), tmp_path)
    app = OctotuiApp(session, now=session.now)
    async with app.run_test(size=(80, 24)) as pilot:
        it = Opened(pilot, session)
        await it.sees("Look at the bill")
        await it.press("a", "t", "escape")
        await it.until(lambda: isinstance(app.screen, Board))


@pytest.mark.parametrize("after", [0, 0.2], ids=["at once", "when keys wait no more"])
async def test_a_bug_as_a_command_is_sent_ends_the_app_loudly(tmp_path, monkeypatch, after):
    """R6: whether it shows while keys wait for it or later, and also once the dialog was left."""

    class Broken(FakeSession):
        async def send(self, command):
            await asyncio.sleep(after)
            raise ZeroDivisionError("a bug")

    monkeypatch.setattr(question_dialog, "PATIENCE", 0.1)
    session = Broken(scenes.asking(), tmp_path)
    app = OctotuiApp(session, now=session.now)

    async def used():
        async with app.run_test(size=(80, 24)) as pilot:
            it = Opened(pilot, session)
            await it.sees("Look at the bill")
            await it.press("a", "t", "escape")
            await it.until(lambda: app.return_code == 1)

    with pytest.raises(WorkerFailed, match=r"ZeroDivisionError\('a bug'\)"):
        await used()
