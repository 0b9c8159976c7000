"""One dialog for several runs: what is listed before, what is sent, and what is told of refusals."""

from octotui.engine.commands import AnswerInterruption, CancelRun, Refused, TakeInterruption
from octotui.ui.dialogs.bulk_dialog import WORDS, BulkDialog, BulkDone
from octotui.views.bulk.plan import BulkItem
from tests import scenes
from tests.ui.opened import Opened, opened

NARROW = (80, 24)


def cancels(*runs: str, **refusals: str) -> list[BulkItem]:
    by_run = {name.replace("_", "-"): why for name, why in refusals.items()}
    return [
        BulkItem(
            run=each, about="Create AWS RDS", commands=(CancelRun(run=each),), refusal=by_run.get(each, "")
        )
        for each in runs
    ]


async def shown(it: Opened, items: list[BulkItem], action: str = "cancel") -> list[BulkDone | None]:
    results: list[BulkDone | None] = []
    it.app.push_screen(BulkDialog(it.session, action, items), results.append)  # type: ignore[arg-type]
    await it.until(lambda: isinstance(it.app.screen, BulkDialog) and it.app.screen.is_mounted)
    return results


async def test_it_says_for_which_it_will_not_work_before_anything_is_sent(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        results = await shown(it, cancels("run-1", "run-2", run_1="run-1 has ended"))
        await it.sees("Cancel 1 run, and leave 1 out?", "– run-1 Create AWS RDS · has ended", "· run-2")
        assert it.text.index("run-2 Create") < it.text.index("run-1 Create")
        assert it.session.sent == []
        await it.press("escape")
        assert results == [BulkDone()]
        assert it.session.sent == []


async def test_i3_it_says_what_is_taken_for_one_question_and_for_several(tmp_path):
    """I3: and nothing of it where all are the user's already."""
    take = TakeInterruption(interruption="question-1", user="ann")
    answer = AnswerInterruption(interruption="question-1", user="ann", answer="abort")
    untaken = BulkItem(run="run-1", about="A", commands=(take, answer))
    taken = BulkItem(run="run-1", about="A", commands=(answer,))
    for items, told in (
        ([untaken], "You take it. The step that asks fails."),
        ([untaken, taken], "Those that nobody has are taken. The steps that ask fail."),
        ([taken], "  The step that asks fails."),
    ):
        async with opened(scenes.asking(), tmp_path, NARROW) as it:
            await shown(it, items, "abort")
            await it.sees(told)


async def test_what_works_is_sent_and_the_rest_left_out(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        results = await shown(it, cancels("run-1", "run-2", "run-3", run_1="run-1 has ended"))
        await it.press("y")
        await it.until(lambda: results)
        assert it.session.sent == [CancelRun(run="run-2"), CancelRun(run="run-3")]
        assert results == [BulkDone(frozenset({"run-2", "run-3"}))]
        await it.sees("2 cancelled")


async def test_what_is_refused_afterwards_is_listed(tmp_path, monkeypatch):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        send = it.session.send

        async def picky(command):
            if command.run == "run-3":
                raise Refused("bob may not start, cancel or move runs here")
            return await send(command)

        monkeypatch.setattr(it.session, "send", picky)
        results = await shown(it, cancels("run-2", "run-3", "run-4"))
        await it.press("y")
        await it.sees("2 cancelled, 1 refused", "✖ run-3", "✔ run-4", "bob may not start, cancel or move")
        assert results == []
        assert "it was done" in (await it.press("y"))
        await it.press("escape")
        assert results == [BulkDone(frozenset({"run-2", "run-4"}))]


async def test_where_it_works_for_none_there_is_nothing_to_send(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await shown(it, cancels("run-1", run_1="run-1 has ended"))
        await it.sees("Cancel: not possible, run-1 has ended")
        assert "nothing of it is possible" in await it.press("y")
        assert "nothing takes notes here" in await it.press("n")
        assert it.session.sent == []


async def test_a_long_reason_is_told_in_full_of_the_chosen_line(tmp_path):
    why = "only Operations of the northern region may answer “Look at the bill”, and ann is not a member"
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await shown(it, cancels(*(f"run-{each}" for each in range(1, 40)), run_2=why))
        assert "and ann is not a member" not in it.text
        await it.press("G")
        await it.sees("and ann is not a member")
        await it.press("G")
        await it.sees("run-39")


async def test_notes_go_with_every_answer(tmp_path):
    async with opened(scenes.asking(), tmp_path, NARROW) as it:
        commands = (
            TakeInterruption(interruption="question-1", user="ann"),
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed"),
        )
        await shown(it, [BulkItem(run="run-1", about="Tame the kraken", commands=commands)], "proceed")
        await it.press("n", *"yes qy", "enter", "y")
        await it.sees("1 answered")
        assert [getattr(each, "notes", None) for each in it.session.sent] == [None, "yes qy"]


async def test_esc_leaves_the_notes_first(tmp_path):
    async with opened(scenes.asking(), tmp_path, NARROW) as it:
        results = await shown(it, cancels("run-1"), "abort")
        await it.press("n", "x", "escape")
        assert results == []
        await it.press("escape")
        assert results == [BulkDone()]


def test_every_action_has_its_words():
    assert [*WORDS] == ["cancel", "again", "take", "proceed", "abort"]
