from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.process import Runbook
from octotui.views import why
from tests import scenes
from tests.scenes import SCENES
from tests.world import START, World, engine, manual, model, script


def told(parts: list[tuple[str, list[str]]]) -> dict[str, list[str]]:
    return dict(parts)


def test_a_run_says_how_it_stands_what_it_waits_for_and_why_its_workers():
    scene = SCENES["lock_wait"]()
    parts = told(why.of_run(scene.state, "run-9", scene.now))
    assert parts["State"] == [
        "run-9 Tame the kraken is executing",
        "queued 13:47:10 by ann, started 13:47:10, 1s ago",
        "packages worker-image 1.0.0",
    ]
    assert parts["What holds it up"] == [
        "acquiring packages waits for exclusive use of worker1: run-6 is acquiring worker-image for 1s"
        " · first in queue · 1s so far"
    ]
    assert len(parts["Workers, and why each was selected"]) == 2


def test_a_child_says_who_started_it():
    scene = SCENES["seed"]()
    parts = told(why.of_run(scene.state, "run-3", scene.now))
    assert "started by run-1 Unleash the kraken" in parts["State"]


def test_a_run_that_started_others_says_what_they_took_and_their_workers():
    """The list says the same of a family."""
    world = World(scenes.kraken())
    world.state = replace(world.state, keep_ended=True)
    world.start("unleash")
    world.run_until(12)
    parts = told(why.of_run(world.state, "run-1", world.now))
    assert parts["State"][1].endswith("ended 13:46:40 itself after 0s; what it started goes on, 12s so far")
    world.run_out()
    parts = told(why.of_run(world.state, "run-1", world.now))
    assert parts["State"][1].endswith("itself after 0s; with all that it started after 30s")
    workers = parts["Workers of the runs that it started"]
    assert [each.split(" for ")[0] for each in workers] == [
        "run-2 Create AWS RDS in Development: worker1",
        "run-3 Create AWS RDS in Test: worker2",
        "run-4 Create AWS RDS in Staging: worker3",
        "run-5 Create AWS RDS in Production: worker1",
    ]
    assert "next after worker1 in setup" in workers[1]
    alone = told(why.of_run(world.state, "run-2", world.now))
    assert "itself" not in alone["State"][1]
    assert "Workers of the runs that it started" not in alone


def test_of_many_runs_below_one_the_first_are_told(monkeypatch):
    world = World(scenes.kraken())
    world.start("unleash")
    monkeypatch.setattr(why, "MOST_CHILDREN", 3)
    lines = told(why.of_run(world.state, "run-1", world.now))["Workers of the runs that it started"]
    assert (len(lines), lines[-1]) == (4, "and 1 more: unfold the run, and see why on each of them")


def test_a_queued_run_says_why_and_since_when():
    scene = SCENES["queued"]()
    parts = told(why.of_run(scene.state, "run-2", scene.now))
    assert parts["What holds it up"] == [
        "waits for the tag “backup”, held by run-1 Nightly backup · first in queue · 7s so far"
    ]
    assert "waits for the concurrency tag “backup”" in parts["State"]
    assert "holds the concurrency tag “backup”" in told(why.of_run(scene.state, "run-1", scene.now))["State"]


def test_after_a_pause_both_selections_are_told():
    """W7: workers are selected again."""
    scene = SCENES["approved"]()
    parts = told(why.of_run(scene.state, "run-1", scene.now))
    assert len(parts["Workers before the pause"]) == 2
    assert parts["Workers, and why each was selected"][0].startswith(
        "worker3 for “Tag the bill” and “Tell everybody”"
    )


def test_a_run_that_is_being_ended_says_why():
    scene = SCENES["cancelling"]()
    assert "cancelled by ann" in told(why.of_run(scene.state, "run-1", scene.now))["State"]
    assert why.of_run(scene.state, "run-99", scene.now) == []


def test_a_worker_says_who_has_it_and_who_waits():
    scene = SCENES["lock_wait"]()
    parts = told(why.of_worker(scene.state, "worker1", scene.now))
    assert parts["State"] == ["may be selected"]
    assert parts["Leased by 3 runs"][0] == "run-6 Tame the kraken"
    assert parts["Lock held in exclusive mode"] == ["run-6 is acquiring worker-image for 1s"]
    assert parts["Waiting for its lock"][0].startswith("run-9 waits for exclusive use of worker1")


def test_a_worker_says_for_whom_it_comes_next():
    scene = SCENES["seed"]()
    parts = told(why.of_worker(scene.state, "worker2", scene.now))
    assert parts["Selected next by runs of"] == ["in setup: Create AWS RDS and Unleash the kraken"]
    assert parts["Lock held in shared mode"] == ["run-3 is running “Create the instance” for 12s"]


def test_a_worker_that_may_not_be_picked_says_why():
    world = scenes.idle().world
    world.send(commands.ReportHealth(worker="west1", health="unavailable"))
    assert why.of_worker(world.state, "west1", world.now)[0][1] == ["may not be selected: it is unavailable"]


def test_a_guided_run_says_so():
    """I7."""
    scene = SCENES["guided"]()
    lines = dict(why.of_run(scene.state, "run-1", scene.now))
    assert "guided failure: a step that fails asks people what to do" in lines["State"]


def test_a_run_says_what_brought_it_forward_and_which_schedule_started_it():
    """Q1, Q5."""
    urgent = Runbook(name="Urgent", priority=True, steps=(script("A"),))
    world = World(model({"urgent": urgent}, **engine(task_cap=1)))
    world.start("urgent", schedule="nightly", due=START)
    world.start("urgent")
    stands = told(why.of_run(world.state, "run-1", START))["State"]
    assert "started by the schedule nightly" in stands
    assert "has priority in the queue" in stands
    world.send(commands.MoveToTop(run="run-2"))
    assert "was moved to the top of the queue" in told(why.of_run(world.state, "run-2", START))["State"]


def test_q3_only_a_queued_run_waits_for_its_tag():
    asks = Runbook(name="Asks", concurrency="db", steps=(manual("Approve"),))
    world = World(model({"asks": asks}))
    first, second = world.start("asks"), world.start("asks")
    world.run_until(10)
    assert world.state.runs[first].state == "paused"
    world.send(commands.CancelRun(run=second))
    for run in (first, second):
        assert "concurrency tag" not in str(why.of_run(world.state, run, world.now)), run


def test_e2_e3_waits_and_ends_are_told_with_what_is_about_to_come():
    """E2, E3, E4: by duration and by clock."""
    scene = SCENES["estimated"]()
    queued = told(why.of_run(scene.state, "run-18", scene.now))
    assert queued["What holds it up"] == [
        "waits for the tag “backup”, held by run-16 Nightly backup · first in queue"
        " · about 10s more, until about 13:56:05 · 10s so far"
    ]
    assert queued["Estimates, from what the last ten took"] == ["run-18 ends about 13:57:05, in about 1m10s"]
    waiting = told(why.of_run(scene.state, "run-19", scene.now))
    assert waiting["What holds it up"][0].endswith(
        "first in queue · about 20s more, until about 13:56:16 · 5s so far"
    )
    assert waiting["Estimates, from what the last ten took"] == [
        "waits for worker1: the last estimate was off by 17 %"
    ]


def test_e4_a_worker_tells_how_far_off_estimates_of_waits_were():
    scene = SCENES["estimated"]()
    parts = told(why.of_worker(scene.state, "worker1", scene.now))
    assert parts["How long others waited for its lock"] == ["the last estimate was off by 17 %"]
    assert parts["Lock held in shared mode"] == [
        "run-16 is running “Dump” for 50s · about 10s left",
        "run-17 is running “Create the instance” for 10s · about 20s left",
    ]


def test_i7_what_asks_after_a_failure_says_why() -> None:
    """As it is lost, too: in `show` and `w`, and in `waits`."""
    world = World(model({"a": [script("Copy")]}))
    world.start("a")
    world.report("job-1.1", "lost", reason="its supervisor was killed")
    (wait,) = told(why.of_run(world.state, "run-1", world.now))["What holds it up"]
    assert wait.startswith("“Copy” asks: retry, ignore or fail? · its supervisor was killed · ")
