from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.forecast import UNKNOWN, Forecast, forecast
from octotui.engine.state import ForChild, ForPlace
from octotui.model.process import Runbook
from octotui.model.space import Model, Pool, Worker
from octotui.views import why
from octotui.views.waits import may_be_answered_by, of_job, of_run
from tests.scenes import SCENES, takes
from tests.world import START, World, child, engine, manual, model, packages, script


def sentence(world: World, run: str) -> str:
    wait = of_run(world.state, world.state.runs[run], world.now)
    return "" if wait is None else wait.sentence


def test_a_lock_wait_names_who_is_in_the_way_and_the_place_in_line():
    """L4: for what, who is truly in the way, since when."""
    scene = SCENES["lock_wait"]()
    wait = of_run(scene.state, scene.state.runs["run-9"], scene.now)
    assert wait is not None
    assert wait.sentence == (
        "waits for exclusive use of worker1: run-6 is acquiring worker-image for 1s · first in queue"
    )
    assert (wait.what, wait.since) == ("worker1", scene.now - 1)


def test_a_script_waits_for_holders_it_cannot_join_and_exclusive_ones_ahead():
    """L2, L4: a waiting exclusive request holds back later shared ones."""
    slow = {"simulate": takes(50)}
    world = World(
        model(
            {
                "plain": [script("Dump", **slow)],
                "image": [script("Build", packages=packages("tools"), **slow)],
            },
            workers=1,
        )
    )
    for process in ("plain", "image", "plain"):
        world.start(process)
    world.run_until(5)
    assert sentence(world, "run-2") == (
        "waits for exclusive use of worker1: run-1 is running “Dump” for 5s · first in queue"
    )
    assert sentence(world, "run-3") == (
        "waits for worker1: run-2 is ahead in the queue, to acquire tools · 2nd in queue"
    )


def test_a_run_that_moves_waits_for_nothing():
    scene = SCENES["seed"]()
    assert of_run(scene.state, scene.state.runs["run-2"], scene.now) is None
    assert of_run(scene.state, scene.state.runs["run-1"], scene.now) is None


def test_a_queued_run_knows_its_cap_and_its_tag():
    """Q5: a queued run knows why it is queued."""
    world = SCENES["queued"]().world
    assert sentence(world, "run-2") == (
        "waits for the tag “backup”, held by run-1 Nightly backup · first in queue"
    )
    assert (
        sentence(world, "run-4")
        == "waits for a slot: run-1 Nightly backup and run-3 Create AWS RDS have 2 of 2 · first in queue"
    )
    assert (
        sentence(world, "run-5")
        == "waits for a slot: run-1 Nightly backup and run-3 Create AWS RDS have 2 of 2 · 2nd in queue"
    )


def test_a_queued_run_waits_for_its_packages_versions():
    scene = SCENES["idle"]()
    state, _ = advance(scene.state, commands.StartRun(process="tame"), scene.now)  # nobody reads the feeds
    wait = of_run(state, state.runs["run-1"], scene.now)
    assert wait is not None
    assert wait.sentence == "waits for the versions of worker-image to be chosen"


def test_e3_far_back_in_a_queue_only_a_forecast_tells_until_when():
    alone = {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}
    steps = [script("Dump", simulate=takes(10))]
    world = World(model({"dump": steps}, 1, pools=alone, **engine(task_cap=50)))
    for _ in range(3):
        world.start("dump")
        world.run_out()
    runs = [world.start("dump") for _ in range(30)]
    coming = forecast(world.state, world.now)

    def until(number: int, coming: Forecast) -> float | None:
        job = world.state.jobs[f"job-{runs[number].removeprefix('run-')}.1"]
        wait = of_job(world.state, job, world.now, coming)
        assert wait is not None
        return wait.until

    assert [until(5, each) for each in (UNKNOWN, coming)] == [world.now + 50] * 2
    assert [until(25, each) for each in (UNKNOWN, coming)] == [None, world.now + 250]


def test_a_retry_says_when_and_why():
    """S5: a wait before another attempt."""
    world = SCENES["retrying"]().world
    assert sentence(world, "run-1") == "retries in 3s, attempt 2 of 2: exit code 1"


def test_a_question_says_who_is_asked_and_who_has_it():
    """I2: someone takes responsibility."""
    assert sentence(SCENES["asking"]().world, "run-1") == "asks Finance: nobody has taken the question yet"
    assert sentence(SCENES["taken"]().world, "run-1") == "asks Finance: ann has taken the question"


def test_without_known_teams_anyone_may_answer():
    state = SCENES["idle"]().state
    assert may_be_answered_by(state, ()) == "anyone"
    assert may_be_answered_by(state, ("nobody-knows",)) == "anyone"
    assert may_be_answered_by(state, ("finance", "anyone")) == "Finance or Anyone"


def test_a_parent_waits_for_its_child_and_then_for_a_slot():
    """Q4: a parent gives its slot back while waiting for a child is all it does."""
    books = {
        "parent": [child("Call", "kid", wait=True), script("After")],
        "kid": [manual("May it?")],
        "long": [script("Dump", simulate=takes(60))],
    }
    world = World(model(books, **engine(task_cap=1)))
    world.start("parent")
    assert sentence(world, "run-1") == "waits for run-2 Kid, which waits for an answer"
    world.start("long")
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    world.send(commands.AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
    assert sentence(world, "run-1") == (
        "waits for a slot to continue, ahead of queued runs: run-3 Long has 1 of 1"
    )


def test_a_child_that_is_not_in_the_state_is_named_all_the_same():
    scene = SCENES["seed"]()
    job = scene.state.jobs["job-2.1"]
    wait = of_job(scene.state, replace(job, wait=ForChild(0.0, "run-99")), scene.now)
    assert wait is not None
    assert wait.sentence == "waits for run-99"


def test_a_job_without_a_place_says_so():
    """L5: waiting for a lock keeps its place in max_parallelism."""
    steps = tuple(script(f"S{n}", start="with-previous", simulate=takes(9)) for n in range(3))
    world = World(model({"a": Runbook(name="A", steps=steps)}, **engine(max_parallelism=2)))
    world.start("a")
    job = world.state.jobs["job-1.3"]
    assert isinstance(job.wait, ForPlace)
    wait = of_job(world.state, job, world.now)
    assert wait is not None
    assert wait.sentence == "waits for a place: run-1 already runs 2 jobs in parallel, “S0” and “S1”"


def test_a_failed_step_says_what_it_may_become():
    """I7: whatever else of its run waits."""
    world = SCENES["guided"]().world
    assert sentence(world, "run-1") == "asks: retry, ignore or fail?"
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    assert sentence(world, "run-1") == "asks: retry, ignore or fail? · ann has taken the question"


def test_a_parent_waits_for_a_child_whose_step_asks():
    """I7: it executes, and people are asked."""
    steps = (script("Fail", simulate=takes(1, "failure")),)
    asks = Runbook(name="Asks", steps=steps, guided_failure="on")
    world = World(model({"top": [child("Start", "asks", wait=True)], "asks": asks}))
    world.start("top")
    world.run_out()
    assert sentence(world, "run-1") == "waits for run-2 Asks, which waits for an answer"


def test_a_run_that_waits_for_its_time_says_when_and_in_how_long():
    """Q5: its schedule is why it is queued."""
    world = World(model({"go": [script("A")]}))
    world.start("go", not_before=START + 7_520)
    assert sentence(world, "run-1") == "starts at 15:52, in 2h05m"


def test_a_place_in_line_says_what_brought_a_run_forward():
    """Q1, Q5: moved to the top, or with priority."""
    urgent = Runbook(name="Urgent", priority=True, concurrency="db", steps=(script("A"),))
    world = World(model({"go": [script("A")], "urgent": urgent}, **engine(task_cap=1)))
    for process in ("go", "go", "urgent", "urgent", "go"):
        world.start(process)
    world.send(commands.MoveToTop(run="run-5"))
    assert sentence(world, "run-2") == "waits for a slot: run-1 Go has 1 of 1 · 3rd in queue"
    assert sentence(world, "run-3") == "waits for a slot: run-1 Go has 1 of 1 · 2nd in queue, with priority"
    assert (
        sentence(world, "run-4")
        == "waits for the tag “db”, held by run-3 Urgent · first in queue, with priority"
    )
    assert (
        sentence(world, "run-5") == "waits for a slot: run-1 Go has 1 of 1 · first in queue, moved to the top"
    )


def test_a_worker_is_called_by_its_name_where_it_has_one():
    scene = SCENES["lock_wait"]()
    workers = {**scene.state.model.workers, "worker1": Worker(name="Crane 1")}
    state = replace(scene.state, model=replace(scene.state.model, workers=workers))
    wait = of_run(state, state.runs["run-9"], scene.now)
    assert wait is not None
    assert wait.sentence.startswith("waits for exclusive use of Crane 1: run-6 is")
    assert wait.what == "worker1", "machines read the slug"


def test_m6_a_job_that_waits_for_a_lost_machine_says_so() -> None:
    """M6, L4: and a run whose worker was given up says which one it was."""
    world = World(_with_lost_worker("wait"))
    run = world.start("go")
    _lose(world)
    (wait,) = (of_job(world.state, world.state.jobs[name], world.now) for name in _open(world, run))
    assert wait is not None
    assert wait.sentence == "waits for worker1: it is lost, no route · first in queue"
    world = World(_with_lost_worker("reselect"))
    run = world.start("go")
    _lose(world)
    told = dict(why.of_run(world.state, run, world.now))["Workers, and why each was selected"]
    assert told[0].endswith("; it was lost, and what had not begun there got another worker")
    assert told[1].startswith("worker2 for “B”: next after worker1 in setup")


def _with_lost_worker(policy: str) -> Model:
    steps = [script("A", simulate=takes(500)), script("B", condition="always", simulate=takes(500))]
    declared = model({"go": steps})
    pool = replace(declared.pools["setup"], on_lost_worker=policy)
    away = Worker(name="worker1", unreachable_limit=30.0)
    return replace(declared, pools={"setup": pool}, workers={**declared.workers, "worker1": away})


def _lose(world: World) -> None:
    world.send(commands.CheckHealth(machines=("worker1",)))
    world.send(commands.ReportCheck(machine="worker1", health="unavailable", reason="no route"))
    world.run_until(30)


def _open(world: World, run: str) -> list[str]:
    return [name for _, name in world.state.runs[run].progress.open]


def test_s8_who_waits_for_a_worker_that_pulls_an_image_is_told_so():
    """L4: also the run whose turn is next; the worker itself says so, too."""
    steps = [script("Box", container="alpine:3.20", runs_contained=True)]
    world = World(model({"go": steps}, workers=1))
    first, second, third = (world.start("go") for _ in range(3))
    world.run_until(1)
    assert sentence(world, second).startswith(
        "waits for exclusive use of worker1: run-1 is pulling alpine:3.20 for 1s"
    )
    assert "run-2 is ahead in the queue, to pull alpine:3.20" in sentence(world, third)
    (job,) = (world.state.jobs[each] for each in _open(world, first))
    assert job.packages == (("container:alpine:3.20", ""),)
