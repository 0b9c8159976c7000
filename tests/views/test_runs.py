from datetime import UTC

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.model.process import Runbook
from octotui.store.journal.run_records import RunRecord
from octotui.views import runs
from tests.leases import LeaseWorld, hosted
from tests.scenes import SCENES, takes
from tests.world import START, World, child, engine, manual, model, script

PAST = (
    RunRecord(
        number=2, id="run-2", root="run-2", process="tame", name="Tame", environment="test", tenant="contoso",
        state="failed", reason="step “A” failed", queued_at=0.0, started_at=10.0, ended_at=70.0,
    ),
    RunRecord(number=1, id="run-1", root="run-1", process="x", name="X", state="executing", queued_at=0.0),
)  # fmt: skip


def test_open_runs_come_first_in_their_order_then_ended_ones_latest_first():
    scene = SCENES["seed"]()
    assert runs.order(scene.state) == ("run-2", "run-3", "run-4", "run-5", "run-1")


def test_runs_that_have_left_the_state_are_listed_with_the_ended_ones():
    scene = SCENES["lock_wait"]()
    past = (*PAST, RunRecord(number=9, id="run-9", root="run-9", process="x", name="X", queued_at=0.0))
    assert runs.order(scene.state, past) == ("run-6", "run-7", "run-8", "run-9", "run-2")


def test_a_row_has_everything_a_list_shows():
    scene = SCENES["asking"]()
    row = runs.row(scene.state, "run-1", scene.now)
    assert row == runs.RunRow(
        id="run-1", root="run-1", process="tame", name="Tame the kraken", where="Production · Contoso",
        mark=runs.RUNS["paused"], detail="asks Finance: nobody has taken the question yet", time="42s",
        open=True, environment="Production", tenant="Contoso", by="ann", worker="worker1 +1", step=2, steps=4,
        queued_at=START, starts_at=START, seconds=42.0,
    )  # fmt: skip
    assert runs.row(scene.state, "run-99", scene.now) is None


def test_a_past_row_has_the_same_and_how_long_it_took():
    row = runs.past_row(SCENES["idle"]().state.model, PAST[0], 999.0)
    assert row == runs.RunRow(
        id="run-2", root="run-2", process="tame", name="Tame", where="Test · Contoso",
        mark=runs.RUNS["failed"], detail="step “A” failed", time="1m00s", open=False,
        environment="Test", tenant="Contoso", starts_at=10.0, ended_at=70.0, seconds=60.0,
    )  # fmt: skip


def test_a_run_that_cannot_move_waits_and_one_that_runs_executes():
    scene = SCENES["lock_wait"]()
    assert runs.mark(scene.state, scene.state.runs["run-9"]).word == "waits"
    assert runs.mark(scene.state, scene.state.runs["run-6"]).word == "executing"
    cancelling = SCENES["cancelling"]()
    assert runs.mark(cancelling.state, cancelling.state.runs["run-1"]).word == "cancelling"


def test_a_run_that_wants_its_slot_back_waits():
    """Q4: it goes on ahead of queued runs, but not before a slot is free."""
    books = {"a": [child("B", "b", wait=True), script("After")], "b": [manual("Go?")], "c": [script("S")]}
    world = World(model(books, **engine(task_cap=1)))
    world.start("a")
    assert runs.mark(world.state, world.state.runs["run-1"]).word == "executing"
    world.start("c")
    world.send(commands.CancelRun(run="run-2"))
    run = world.state.runs["run-1"]
    assert run.queueing.resuming
    assert runs.mark(world.state, run).word == "waits"


def test_a_run_that_never_started_counts_from_when_it_was_queued():
    assert runs.lasted(10.0, None, None, 40.0) == "30s"
    assert runs.lasted(10.0, 20.0, None, 40.0) == "20s"
    assert runs.lasted(10.0, 20.0, 25.0, 40.0) == "5s"


def test_a_run_of_which_a_failed_step_asks_asks_also_while_others_of_it_run():
    """I7: it is executing, and people must know."""
    scene = SCENES["guided"]()
    row = runs.row(scene.state, "run-1", scene.now)
    assert row is not None
    assert (row.mark.word, row.detail) == ("asks", "asks: retry, ignore or fail?")
    steps = (script("Fail", simulate=takes(1, "failure")), script("Run", start="with-previous"))
    world = World(model({"a": Runbook(name="A", steps=steps, guided_failure="on")}))
    world.start("a")
    world.run_until(1.5)
    assert world.state.jobs["job-1.2"].state == "running"
    assert runs.mark(world.state, world.state.runs["run-1"]).sign == "asks"


def test_a_run_that_waits_for_its_time_counts_down():
    """Q5: it is scheduled, not merely queued."""
    world = World(model({"go": [script("A")]}))
    world.start("go", not_before=START + 90)
    row = runs.row(world.state, "run-1", START + 30)
    assert row is not None
    assert (row.mark.word, row.detail) == ("scheduled", "starts at 13:48:10, in 1m00s")
    assert (row.time, row.seconds, row.starts_at) == ("", None, START + 90)
    world.run_until(91)
    row = runs.row(world.state, "run-1", START + 91)
    assert row is not None
    assert (row.mark.word, row.time) == ("executing", "1s")


def test_r11_a_head_says_when_a_run_started_and_ended_as_far_as_it_has():
    world = World(model({"go": [script("A", simulate=takes(90))]}))
    world.start("go", not_before=START + 20)
    told = [runs.when(world.state.runs["run-1"], world.now, UTC)]
    world.run_until(21)
    told.append(runs.when(world.state.runs["run-1"], world.now, UTC))
    world.run_until(200)
    run = world.past.runs["run-1"]
    told.append(runs.when(run, world.now, UTC))
    assert told == ["starts 13:47", "since 13:47", "13:47 to 13:48"]
    assert runs.when(run, world.now + 86_400, UTC) == "Jan 12 13:47 to 13:48"
    late = replace(run, ended_at=START + 86_400)
    assert runs.when(late, world.now + 86_400, UTC) == "Jan 12 13:47 to 13:46"


def test_one_that_is_cancelled_before_its_time_is_scheduled_no_more():
    """Q6: in a replay, too."""
    world = World(model({"go": [script("A")]}))
    world.start("go", not_before=START + 90)
    world.send(commands.CancelRun(run="run-1"))
    row = runs.row(world.past, "run-1", START)
    assert row is not None
    assert (row.mark.word, row.time, row.seconds, row.starts_at) == ("cancelled", "", None, None)


def test_a_queued_run_says_its_place_and_whether_it_was_brought_forward():
    """Q1, Q5: those in the line of a tag have none."""
    urgent = Runbook(name="Urgent", priority=True, concurrency="db", steps=(script("A"),))
    world = World(model({"go": [script("A")], "urgent": urgent}, **engine(task_cap=1)))
    for process in ("go", "go", "urgent", "urgent"):
        world.start(process)
    rows = [runs.row(world.state, f"run-{each}", world.now) for each in (1, 2, 3, 4)]
    assert [(row.mark.word, row.ahead) for row in rows if row is not None] == [
        ("executing", False),
        ("queued #2", False),
        ("queued #1", True),
        ("queued", True),
    ]


def test_a_past_row_knows_how_often_its_run_warned():
    """S7."""
    record = replace(PAST[0], warnings=3)
    assert runs.past_row(SCENES["idle"]().state.model, record, 999.0).warnings == 3


def test_while_what_a_row_comes_from_is_equal_the_row_is():
    """A row that is not made again shows the same state, times, workers and steps."""
    kept = 0
    for scene in SCENES.values():
        known: dict[str, tuple[tuple[object, ...], runs.RunRow | None]] = {}
        state = State()
        for event in scene().world.events:
            state = evolve(state, event)
            for name in runs.order(state):
                for now in (state.at, state.at + 0.3, state.at + 1):
                    parts, row = runs.parts_of(state, name, None, now), runs.row(state, name, now)
                    if parts is not None and name in known and known[name][0] == parts:
                        kept += 1
                        was = known[name][1]
                        assert was is not None
                        assert row is not None
                        assert replace(was, seconds=None) == replace(row, seconds=None)
                    if parts is not None:
                        known[name] = parts, row
    assert kept


def test_w12_a_run_that_waits_for_a_machine_waits():
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    run = world.start("go")
    row = runs.row(world.state, run, world.now)
    assert row.mark == runs.WAITS
    assert row.detail.startswith("waits for a machine of pool setup")
