"""What each column of a list of questions shows and is sorted by."""

from datetime import UTC

from octotui.views import questions
from octotui.views.lists.columns import CellContext, by_column, named
from octotui.views.lists.question_columns import COLUMNS, USUAL
from octotui.views.questions import QuestionRow
from tests import scenes
from tests.scenes import Scene


def row(scene: Scene, user: str = "ann") -> QuestionRow:
    (only,) = questions.rows(scene.state, user, scene.now)
    return only


def cells(scene: Scene, user: str = "ann") -> dict[str, str]:
    scope = CellContext(scene.now, UTC)
    asked = row(scene, user)
    return {each.name: "".join(text for text, _ in each.cell(asked, each.most, scope)) for each in COLUMNS}


def test_a_question_shows_whom_it_asks_since_when_and_of_which_run():
    """I2: anyone of the team may take it."""
    assert cells(scenes.asking()) == {
        "sign": "?", "run": "run-1", "step": "Look at the bill", "who": "Finance", "taken": "", "age": "20s",
        "asked": "13:47", "title": "Tame the kraken", "where": "Production · Contoso", "approvals": "",
        "expires": "", "by": "ann", "id": "question-1",
    }  # fmt: skip


def test_a_taken_one_shows_by_whom():
    """I2: only that person answers."""
    assert cells(scenes.taken())["taken"] == "you"
    assert cells(scenes.taken(), "bob")["taken"] == "ann"


def test_i6_several_approvals_and_the_expiry_are_shown():
    """I6."""
    told = cells(scenes.several(), "cem")
    assert (told["approvals"], told["expires"]) == ("1 of 2 approvals", "17:46")


def test_i7_a_failed_step_says_that_it_failed():
    """I7."""
    assert cells(scenes.guided())["step"] == "Poke it failed"


def test_the_sign_is_bright_for_those_who_may_answer():
    """I2, I6: not for who started it, nor while somebody else has it."""
    (sign,) = named(COLUMNS, ["sign"])
    scope = CellContext()
    assert sign.cell(row(scenes.several(), "cem"), 1, scope)[0][1] == "asks"
    assert sign.cell(row(scenes.several(), "dora"), 1, scope)[0][1] == "muted"


def test_every_column_can_be_sorted_by():
    rows = [row(scenes.asking()), row(scenes.several(), "cem"), row(scenes.guided())]
    for each in COLUMNS:
        for way in (False, True):
            assert len(by_column(rows, each, descending=way)) == len(rows)
    (age,) = named(COLUMNS, ["age"])
    assert [line.time for line in by_column(rows[:2], age, descending=True)] == ["13m10s", "20s"]
    assert "id" not in USUAL
