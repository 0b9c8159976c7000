from octotui.engine import commands
from octotui.model.process import Runbook
from octotui.views import questions
from tests.scenes import SCENES, several
from tests.world import World, manual, model, on_targets, packages, script


def test_a_question_says_who_may_answer_and_since_when():
    scene = SCENES["asking"]()
    (row,) = questions.rows(scene.state, "ann", scene.now)
    assert (row.run, row.title, row.asks, row.time) == ("run-1", "Look at the bill", "Finance", "20s")
    assert (row.responsible, row.mine, row.refusal) == (None, False, None)
    assert row.where == "Production · Contoso"
    assert row.text.startswith("Four databases")
    assert questions.standing(row) == "you may take it"


def test_who_is_not_a_member_is_told_why():
    """I2: only a member of a responsible team may take it."""
    scene = SCENES["asking"]()
    (row,) = questions.rows(scene.state, "bob", scene.now)
    assert row.refusal == "only Finance may answer “Look at the bill”, and bob is not a member"
    assert questions.standing(row) == "you may not take it"


def test_a_taken_question_says_who_has_it():
    scene = SCENES["taken"]()
    assert questions.standing(questions.rows(scene.state, "ann", scene.now)[0]) == "you have taken it"
    assert questions.standing(questions.rows(scene.state, "bob", scene.now)[0]) == "ann has taken it"


def test_an_answered_question_is_no_row():
    scene = SCENES["approved"]()
    assert questions.rows(scene.state, "ann", scene.now) == ()
    assert questions.row(scene.state, "question-1", "ann", scene.now) is None
    assert questions.row(scene.state, "question-99", "ann", scene.now) is None
    open_one = SCENES["asking"]()
    assert questions.row(open_one.state, "question-1", "ann", open_one.now) is not None


def test_first_comes_the_looked_at_run_then_what_one_may_answer_then_the_oldest():
    world = World(model({"money": [manual("Pay?", ("finance",))], "any": [manual("Go?")]}))
    assert questions.first(world.state, "ann", world.now) is None
    for process in ("money", "any", "any"):
        world.start(process)

    def first(user: str, run: str | None = None) -> str:
        row = questions.first(world.state, user, world.now, run)
        assert row is not None
        return row.id

    assert first("ann") == "question-1"
    assert first("bob") == "question-2"
    assert first("bob", "run-3") == "question-3"
    assert first("bob", "run-1") == "question-1"
    for name in ("question-2", "question-3"):
        world.send(commands.TakeInterruption(interruption=name, user="cem"))
        world.send(commands.AnswerInterruption(interruption=name, user="cem", answer="proceed"))
    assert first("bob") == "question-1"


def test_a_failed_step_asks_with_what_there_is_to_choose():
    """I7: which attempt, where, why."""
    scene = SCENES["guided"]()
    (row,) = questions.rows(scene.state, "ann", scene.now)
    assert (row.kind, row.title) == ("guided", "Poke it failed")
    assert row.text == "attempt 2 on worker1: exit code 1"


def test_what_never_started_has_no_attempt():
    """I7, L6: it waited too long for a lock."""
    steps = (script("Late", wait_limit=1.0),)
    late = Runbook(name="Late", steps=steps, guided_failure="on")
    world = World(model({"build": [script("B", packages=packages("image"))], "late": late}, workers=1))
    world.start("build")
    world.start("late")
    world.run_out()
    (row,) = questions.rows(world.state, "ann", world.now)
    assert row.text.startswith("on worker1: waited 1 s for the lock of worker1")


def test_a_step_that_failed_on_a_target_names_it():
    """I7, S6: the target, and the worker where that is another machine."""
    there = on_targets("Deploy", "db")
    for_it = script("Tell", roles=("db",), on="worker-for-each-target")
    for step, told in ((there, "attempt 1 on DB 1: no"), (for_it, "attempt 1 on worker1 for DB 1: no")):
        world = World(model({"a": Runbook(name="A", steps=(step,), guided_failure="on")}))
        world.start("a", environment="production")
        world.report("job-1.1", "failed", reason="no")
        (row,) = questions.rows(world.state, "ann", world.now)
        assert (row.title, row.text) == (f"{step.name} failed on DB 1", told)
        assert row.choices == ("retry", "ignore", "fail", "exclude")


def test_i6_who_may_not_answer_now_is_told_why():
    """Who has taken part already, who started the run, and whom another one has forestalled."""
    scene = several()

    def told(user: str) -> str:
        row = questions.row(scene.state, "question-1", user, scene.now)
        assert row is not None
        return questions.refused(row)

    assert told("cem") == ""
    assert told("dora") == "cem has taken it"
    assert told("bob").endswith(
        "bob has answered “Agree on the size” already, and another person must answer, too"
    )
    assert told("ann").endswith("ann started run-1, and another person must answer “Agree on the size”")
