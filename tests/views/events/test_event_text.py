from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.model.process import Manual, Runbook
from octotui.model.space import Schedule
from octotui.views.events.event_text import lines
from tests.engine.shop import release, shop
from tests.scenes import kraken, takes
from tests.world import START, World, engine, manual, model, on_targets, packages, script


def told(world: World) -> list[str]:
    """All that is said about a world's events, each in the State that it leads to."""
    state, found = State(), []
    for event in world.events:
        before, state = state, evolve(state, event)
        found.extend(lines(event, before, state, event.at))
    return found


def test_a_run_is_told_from_queue_to_end_with_who_got_which_worker_and_why():
    """W8: every selection records why."""
    world = World(kraken())
    world.start("create-aws-rds", environment="test", tenant="contoso")
    world.run_out()
    assert told(world) == [
        "the model of Kraken is loaded",
        "run-1  Create AWS RDS is queued for Test, Contoso",
        "run-1  starts",
        "run-1  leases worker1 for “Create the instance”: first in setup"
        " (round-robin, cursor at the start → worker1)",
        "run-1  “Create the instance” starts on worker1",
        "run-1  “Create the instance” succeeded",
        "run-1  succeeded",
    ]


def test_waits_are_told_as_they_begin():
    """L4, Q5: who is in the way; why a run is queued."""
    books = {"image": [script("Build", packages=packages("tools"), simulate=takes(9))]}
    world = World(model(books, workers=1, **engine(task_cap=2)))
    for _ in range(3):
        world.start("image")
    found = told(world)
    assert (
        "run-2  acquiring tools 1.0.0 waits for exclusive use of worker1: run-1 is acquiring tools for 0s"
        " · first in queue"
    ) in found
    assert "run-3  waits for the versions of tools to be chosen" in found


def test_p2_acquisitions_on_targets_are_told_apart_to_their_ends():
    world = World(model({"a": [on_targets("Install", "web", packages=packages("tools"), simulate=takes(1))]}))
    world.start("a")
    world.run_out()
    found = told(world)
    for target in ("Web 1", "Web 2"):
        assert f"run-1  acquiring tools 1.0.0 starts on {target}" in found
        assert f"run-1  acquiring tools 1.0.0 succeeded on {target}" in found


def test_questions_are_told_from_asking_to_going_on():
    """I1 to I3."""
    world = World(model({"a": [manual("Pay?", ("finance",)), script("After")]}))
    world.start("a")
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    world.send(
        commands.AnswerInterruption(interruption="question-1", user="ann", answer="proceed", notes="go ahead")
    )
    found = told(world)
    assert "run-1  asks Finance: Pay? (question-1)" in found
    assert "run-1  is paused: it releases its slot and its leases" in found
    assert "run-1  ann takes “Pay?”" in found
    assert "run-1  ann answers “Pay?” with proceed: go ahead" in found
    assert "run-1  is queued again" in found


def test_failures_retries_skips_and_ends_say_why():
    world = World(kraken())
    world.start("break")
    world.run_out()
    found = told(world)
    assert "run-1  “Poke it” retries in 5s, attempt 2 of 2: exit code 1" in found
    assert "run-1  “Poke it” starts on worker1, attempt 2" in found
    assert "run-1  “Poke it” failed: exit code 1" in found
    assert "run-1  skips “Feed it”: an earlier step failed" in found
    assert "run-1  failed: step “Poke it” failed: exit code 1" in found


def test_what_is_cancelled_and_whose_slot_moves_is_told():
    from tests.world import child

    books = {"a": [child("Call", "b", wait=True), script("After")], "b": [script("S", simulate=takes(9))]}
    world = World(model(books, **engine(task_cap=1)))
    world.start("a")
    world.send(commands.ReportHealth(worker="worker2", health="unhealthy"))
    world.send(commands.CancelRun(run="run-2", by="ann"))
    world.run_out()
    found = told(world)
    assert "run-1  releases its slot while it only waits for child runs" in found
    assert "run-2  B is queued, started by run-1" in found
    assert "worker2 is unhealthy" in found
    assert "run-2  is being ended: cancelled by ann" in found
    assert "run-2  “S” is being ended: cancelled by ann" in found
    assert "run-1  “Call” failed: run-2 was cancelled by ann" in found


def test_a_parent_that_goes_on_has_a_slot_again():
    from tests.world import child

    books = {"a": [child("Call", "b", wait=True), script("After")], "b": [script("S")]}
    world = World(model(books))
    world.start("a")
    world.run_out()
    assert "run-1  has a slot again" in told(world)


def test_a_job_without_a_place_is_told_when_it_gets_one():
    steps = tuple(script(f"S{n}", start="with-previous", simulate=takes(9)) for n in range(2))
    world = World(model({"a": Runbook(name="A", steps=steps)}, **engine(max_parallelism=1)))
    world.start("a")
    assert "run-1  “S1” waits for a place: run-1 already runs 1 job in parallel, “S0”" in told(world)


def test_an_event_of_a_run_that_nobody_knows_says_nothing():
    from octotui.engine.events import RunStarted

    assert lines(RunStarted(run="run-9"), State(), State(), 0.0) == []


def test_releases_and_what_they_publish_are_told():
    """S4: whose release it is, with which packages; a runbook is published."""
    world = World(shop(script("Go", publish={"Url": "bundles"}), runbooks={"tidy": [script("A")]}))
    release(world)
    release(world, "tidy")
    world.start("shop", release="0.0.1", environment="test")
    world.report("job-1.1", outputs={"Url": "a"})
    found = told(world)
    assert found[1:4] == [
        "Shop 0.0.1 is made in the channel stable",
        "Tidy is published as 0.0.1",
        "run-1  Shop 0.0.1 is queued for Test",
    ]
    assert "run-1  publishes Url into bundles for test" in found
    packed = World(shop())
    release(packed)
    assert told(packed)[1] == "Shop 0.0.1 is made in the channel stable with tools 1.4.0, image 1.0.0"


def test_what_a_failed_step_asks_and_what_was_said_is_told():
    """I7."""
    world = World(kraken())
    world.start("break", guided=True)
    world.run_out()
    world.answer("ignore", "let it sleep")
    world.run_out()
    said = told(world)
    place = said.index("run-1  “Poke it” failed: exit code 1")
    assert said[place + 1 : place + 5] == [
        "run-1  asks about “Poke it”: retry, ignore or fail? (question-1)",
        "run-1  ann takes “Poke it”",
        "run-1  ann answers “Poke it” with ignore: let it sleep",
        "run-1  “Poke it” succeeded with warnings",
    ]
    assert "ann ignored the failure: exit code 1" in said[place + 5]


def test_v7_progress_is_told_by_the_quarter_and_highlights_with_the_end():
    world = World(model({"a": [script("One", simulate=takes(90))]}))
    world.start("a")
    for percentage in (3, 7, 24, 25, 30, 80, 100):
        said = commands.ReportProgress(job="job-1.1", attempt=1, percentage=percentage, message="so")
        world.send(said)
    world.report("job-1.1", highlights=("look",), warnings=("hm",))
    assert told(world)[-8:] == [
        "run-1  “One” is at 3 %: so",
        "run-1  “One” is at 25 %: so",
        "run-1  “One” is at 80 %: so",
        "run-1  “One” is at 100 %: so",
        "run-1  look",
        "run-1  “One” succeeded with warnings",
        "run-1  hm",
        "run-1  succeeded",
    ]


def test_a_scheduled_start_and_a_move_to_the_top_are_told():
    """Q1, Q5: when it will start, that its time has come, and who moved what."""
    world = World(model({"go": [script("A", simulate=takes(9))]}, **engine(task_cap=1)))
    world.start("go")
    world.start("go", not_before=START + 5)
    world.start("go")
    world.send(commands.MoveToTop(run="run-3", by="ann"))
    world.run_until(6)
    assert [each for each in told(world) if each.startswith(("run-2", "run-3"))] == [
        "run-2  Go is queued",
        "run-2  starts at 13:46:45, in 5s",
        "run-3  Go is queued",
        "run-3  waits for a slot: run-1 Go has 1 of 1 · first in queue",
        "run-3  is moved to the top by ann",
        "run-2  is due",
        "run-2  waits for a slot: run-1 Go has 1 of 1 · 2nd in queue",
    ]


def test_a_schedule_that_starts_nothing_is_told():
    """Q5."""
    world = World(model({"a": [script("A")]}, schedules={"s": Schedule(name="S", runbook="gone")}))
    world.send(commands.StartDue(schedule="s", due=START))
    assert told(world)[-1] == "the schedule s did not start a run: there is no runbook or project gone"


def test_i6_what_becomes_of_a_question_is_told():
    """I6: given back, handed over, one of two, expired, and that nobody could be told of it."""
    action = Manual(instructions="x", approvals=2, expires=60.0)
    world = World(model({"go": [replace(manual("Ask"), action=action)]}))
    world.start("go")
    world.take("ann")
    world.send(commands.HandOverInterruption(interruption="question-1", user="ann", to="bob"))
    world.send(commands.ReleaseInterruption(interruption="question-1", user="bob"))
    world.send(commands.ReportNotice(interruption="question-1", problem="slack is down"))
    world.answer("proceed", "fine")
    world.run_until(100)
    state, told = State(keep_ended=True), []
    for event in world.events:
        after = evolve(state, event)
        told += lines(event, state, after, event.at)
        state = after
    assert [each.removeprefix("run-1  ") for each in told[3:12]] == [
        "asks anyone: Ask (question-1)",
        "is paused: it releases its slot and its leases",
        "ann takes “Ask”",
        "ann hands “Ask” over to bob",
        "bob gives “Ask” back",
        "the notice of the question “Ask” was not sent: slack is down",
        "ann takes “Ask”",
        "ann answers “Ask” with proceed (1 of 2 approvals): fine",
        "“Ask” expired without an answer: abort",
    ]


def test_what_retention_removes_is_told():
    world = World(kraken())
    world.send(commands.RemoveRuns(runs=("run-1", "run-2")))
    world.send(commands.RecordRemoval(kind="logs", runs=1))
    assert told(world)[1:] == [
        "retention removes 2 runs that ended long ago",
        "retention removes the logs of 1 run",
    ]


def test_i8_what_the_owner_takes_back_is_told_with_from_whom_and_why():
    world = World(model({"a": [manual("Ask")]}))
    world.start("a")
    world.take("bob")
    world.send(
        commands.ReleaseInterruption(interruption="question-1", user="ann", holder="bob", since="bob is gone")
    )
    assert told(world)[-1] == "run-1  ann takes “Ask” back from bob: bob is gone"


def test_s3_a_target_that_a_step_leaves_out_is_told_with_the_reason():
    never = '#{if Octopus.Machine.Id == "web2"}yes#{/if}'
    world = World(model({"a": [on_targets("Deploy", "web", condition=never)]}))
    world.start("a")
    assert f"run-1  skips “Deploy” on Web 1: its condition {never} is not met" in told(world)


def test_s8_an_image_that_is_there_is_not_said_to_have_been_pulled() -> None:
    world = World(model({"go": [script("A", container="alpine", runs_contained=True)]}, workers=1))
    world.start("go")
    world.run_out()
    said = told(world)
    assert "run-1  worker1 has alpine" in said
    assert not [each for each in said if "pulling" in each and "succeeded" in each]
