from textwrap import dedent

import pytest

from octotui.engine import commands
from octotui.model.process import Runbook
from octotui.model.space import Pool
from octotui.views.labels import ASCII
from octotui.views.tree import run_tree
from tests.scenes import SCENES, Scene, takes
from tests.views.drawn import drawn
from tests.world import World, child, manual, model, packages, replay, script

WORKERS = {"setup": "worker1", "checks": "worker2"}


def text(lines: str) -> str:
    return dedent(lines).strip("\n")


def at(world: World) -> Scene:
    return Scene(world.state, world.now, world)


def test_the_seed_example_shows_who_got_which_worker_and_why():
    """W5, W8: Unleash on worker1; Development worker1, Test worker2, Staging worker3, Production worker1."""
    assert drawn(SCENES["seed"](), "run-1") == text("""
        ✔ run-1 Unleash the kraken  succeeded 0s
        worker1: first in setup
        ├ ✔ Create AWS RDS in Development  succeeded 0s
        │  └ ▶ run-2 Development on worker1  executing 12s · first in setup
        │     └ ▶ Create the instance  running 12s
        ├ ✔ Create AWS RDS in Test  succeeded 0s
        │  └ ▶ run-3 Test on worker2  executing 12s · next after worker1 in setup
        │     └ ▶ Create the instance  running 12s
        ├ ✔ Create AWS RDS in Staging  succeeded 0s
        │  └ ▶ run-4 Staging on worker3  executing 12s · next after worker2 in setup
        │     └ ▶ Create the instance  running 12s
        └ ✔ Create AWS RDS in Production  succeeded 0s
           └ ▶ run-5 Production on worker1  executing 12s · next after worker3 in setup
              └ ▶ Create the instance  running 12s
    """)


def test_a_wait_stands_beneath_its_job():
    """L4: who is truly in the way."""
    assert drawn(SCENES["lock_wait"](), "run-9") == text("""
        ◔ run-9 Tame the kraken  waits 1s
        worker1: next after worker3 in setup
        ├ ◔ acquire worker-image 1.0.0  waits 1s
        │    waits for exclusive use of worker1: run-6 is acquiring worker-image for 1s · first in queue
        └ · Build the image  pending
        · Look at the bill  pending
        a worker of setup: selected again after “Look at the bill”, now worker2
        ├ · Tag the bill  pending
        └ · Tell everybody  pending
    """)


def test_after_an_answer_workers_are_selected_again():
    """W7, I4: the answer is kept, and the later steps have a new pick."""
    assert drawn(SCENES["approved"](), "run-1") == text("""
        ▶ run-1 Tame the kraken · Production · Contoso  executing 52s
        worker1: first in setup
        ├ ✔ acquire worker-image 1.0.0  succeeded 2s
        └ ✔ Build the image  succeeded 20s
        ✔ Look at the bill  succeeded 26s
          ann said proceed: it is fine
        worker3: selected again: next after worker2 in setup
        ├ ▶ Tag the bill  running 4s
        └ · Tell everybody  pending
    """)


def test_failures_retries_and_skips_say_why():
    assert drawn(SCENES["failed"](), "run-1") == text("""
        ▶ run-1 Break the kraken · Test  executing 15s
        worker1: first in setup
        ├ ✖ Poke it  failed 4s · exit code 1 · attempt 2 of 2
        │  ├ ✖ attempt 1  failed 4s · exit code 1
        │  └ ✖ attempt 2  failed 4s
        ├ – Feed it  skipped · an earlier step failed
        └ ▶ Bandage it  running 2s
    """)


def test_what_is_being_ended_says_by_whom():
    assert drawn(SCENES["cancelling"](), "run-1") == text("""
        ◌ run-1 Create AWS RDS · Production  cancelling 9s
          cancelled by ann
        worker1: first in setup
        └ ◌ Create the instance  stopping 9s
    """)


def test_a_queued_run_says_why():
    assert drawn(SCENES["queued"](), "run-2") == text("""
        ○ run-2 Nightly backup  queued 7s
          waits for the tag “backup”, held by run-1 Nightly backup · first in queue
        · Dump  pending
    """)


def test_a_run_that_was_refused_workers_says_every_reason():
    """W11: the run fails while planning, and one message lists every problem."""
    world = World(model({"a": [script("S", pool="gone")], "p": [child("A", "a", wait=True)]}))
    world.start("p")
    state = replay(world.events)
    assert drawn(Scene(state, world.now, world), "run-1") == text("""
        ✖ run-1 P  failed 0s
        worker1: first in setup
        └ ✖ A  failed 0s · run-2 failed
           └ ✖ run-2 A  failed 0s
              │ step “S”: pool gone is not in the model any more
              └ · S  not reached
    """)


def test_a_child_with_several_workers_has_a_heading_for_each():
    books = {
        "p": [child("Call", "kid", wait=True)],
        "kid": [
            script("One", packages=packages("a"), simulate=takes(5)),
            script("Two", packages=packages("b"), simulate=takes(5)),
            script("Three", packages=packages("a"), simulate=takes(5)),
        ],
    }
    world = World(model(books))
    world.start("p")
    world.run_until(1)
    assert drawn(at(world), "run-1") == text("""
        ▶ run-1 P  executing 1s
        worker1: first in setup
        └ ◔ Call  waits 1s
           └ ▶ run-2 Kid  executing 1s
              ├ worker1: first in setup
              │  ├ ▶ acquire a 1.0.0  running 1s
              │  └ · One  pending
              ├ worker2: next after worker1 in setup
              │  ├ ▶ acquire b 1.0.0  running 1s
              │  └ · Two  pending
              └ worker1: the same selection
                 └ · Three  pending
    """)


def test_steps_that_do_not_apply_stay_with_their_neighbours():
    """S4: environments narrow where a step applies."""
    steps = (script("One", simulate=takes(5)), script("Two", environments=("production",)), script("Three"))
    world = World(model({"a": Runbook(name="A", steps=steps)}))
    world.start("a", environment="test")
    assert drawn(at(world), "run-1") == text("""
        ▶ run-1 A · Test  executing 0s
        worker1: first in setup
        ├ ▶ One  running 0s
        ├ – Two  skipped · it does not apply to environment test
        └ · Three  pending
    """)


@pytest.mark.parametrize("more", [{}, {"environments": ("production",)}])
def test_a_skipped_step_never_stands_below_a_worker_of_another_pool(more):
    """W8: the reader would take it for one that this worker had to do."""
    steps = (
        script("Dump", simulate=takes(5, "failure")),
        script("Verify", pool="checks", **more),
        script("Tidy", condition="always", simulate=takes(5)),
    )
    pools = {slug: Pool(name=slug.title(), workers=(worker,)) for slug, worker in WORKERS.items()}
    world = World(model({"a": Runbook(name="A", steps=steps)}, pools=pools))
    world.start("a", environment="test")
    world.run_until(7)
    reason = "it does not apply to environment test" if more else "an earlier step failed"
    assert drawn(at(world), "run-1") == text(f"""
        ▶ run-1 A · Test  executing 7s
        worker1: first in setup
        └ ✖ Dump  failed 5s · exit code 1
        – Verify  skipped · {reason}
        worker1: the same selection
        └ ▶ Tidy  running 2s
    """)


def test_a_step_skipped_before_any_worker_stands_alone():
    world = World(model({"a": [script("Off", enabled=False), manual("Ask")]}))
    world.start("a")
    assert drawn(at(world), "run-1") == text("""
        ? run-1 A  asks 0s
        – Off  skipped · it is disabled
        ? Ask  asks 0s
          asks anyone: nobody has taken the question yet
    """)


def test_packages_acquired_anew_stand_where_they_were_needed():
    """P2, W7: each selection acquires its packages just before they are needed."""
    image = packages("image")
    books = {"a": [script("One", packages=image), manual("Go?"), script("Two", packages=image)]}
    world = World(model(books, workers=1))
    world.start("a")
    world.run_until(10)
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    world.send(commands.AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
    assert drawn(at(world), "run-1") == text("""
        ▶ run-1 A  executing 10s
        worker1: first in setup
        ├ ✔ acquire image 1.0.0  succeeded 2s
        └ ✔ One  succeeded 2s
        ✔ Go?  succeeded 6s
          ann said proceed
        worker1: selected again: the only eligible worker in setup
        ├ ▶ acquire image 1.0.0  running 0s
        └ · Two  pending
    """)


def unacquired(reason: str, **step: object) -> Scene:
    """A run whose worker could not get what its first step needs."""
    world = World(model({"go": [script("Box", **step), script("Then", condition="always")]}, workers=1))
    world.start("go")
    job = next(each.id for each in world.state.jobs.values() if each.kind == "acquire")
    world.report(job, "failed", reason=reason)
    world.run_until(3.0)
    return Scene(world.past, world.now, world)


def test_p2_s8_what_could_not_be_acquired_says_why_before_the_step_that_is_skipped():
    assert drawn(unacquired("it is down", container="alpine", runs_contained=True), "run-1") == text("""
        ✖ run-1 Go  failed 2s
        worker1: first in setup
        ├ ✖ pull alpine  failed 0s · it is down
        └ – Box  skipped · its image could not be pulled
        worker1: the only eligible worker in setup
        └ ✔ Then  succeeded 2s
    """)


def test_p2_packages_that_could_not_be_acquired_do_too():
    assert "✖ acquire tools 1.0.0  failed 0s · it is down" in drawn(
        unacquired("it is down", packages=packages("tools")), "run-1"
    )


def test_a_tree_can_be_drawn_in_ascii():
    assert drawn(SCENES["seed"](), "run-1", ASCII).splitlines()[:4] == [
        "+ run-1 Unleash the kraken  succeeded 0s",
        "worker1: first in setup",
        "| + Create AWS RDS in Development  succeeded 0s",
        "|  ` * run-2 Development on worker1  executing 12s - first in setup",
    ]
    assert all(
        drawn(made(), run.id, ASCII).isascii()
        for made in SCENES.values()
        for run in made().state.runs.values()
    )


def test_a_run_that_is_not_there_has_no_rows():
    assert run_tree.rows(SCENES["idle"]().state, "run-1", 0.0) == ()


def test_keys_of_rows_differ():
    for made in SCENES.values():
        scene = made()
        for run in scene.state.runs.values():
            keys = [row.key for row in run_tree.rows(scene.state, run.id, scene.now)]
            assert len(keys) == len(set(keys))


def test_v7_what_scripts_say_stands_beneath_their_steps():
    assert drawn(SCENES["telling"](), "run-1") == text("""
        ▶ run-1 Report on the kraken · Test  executing 21s
        worker1: first in setup
        ├ ! Measure it  succeeded with warnings 6s · attempt 2 of 3 · 2 warnings
        │  │ The kraken weighs 94 t
        │  │ artifact kraken-weight.csv 12 KiB
        │  │ the scales end at 100 t
        │  │ the tail was not weighed
        │  ├ ✖ attempt 1  failed 4s · the scales are busy, exit code 75
        │  └ ! attempt 2  succeeded with warnings 6s
        └ ▶ Copy the results  running 6s
             ████████████░░░░░░░░ 62 %  94 of 151 files
    """)


def test_v7_progress_has_a_bar_in_ascii_too():
    scene = SCENES["telling"]()
    assert run_tree.as_lines(run_tree.rows(scene.state, "run-1", scene.now), ASCII)[-1] == (
        "     ############........ 62 %  94 of 151 files"
    )


@pytest.mark.parametrize("name", sorted(SCENES))
def test_while_its_parts_are_equal_so_are_its_rows(name: str) -> None:
    """At every moment of what follows a scene, for every run."""
    world, known = World(SCENES[name]().state.model, SCENES[name]().state), dict[str, tuple[object, object]]()
    world.now = SCENES[name]().now
    for number in range(60):
        world.now += 0.4
        world.send(commands.Tick())
        if number % 7 == 0 and world.state.model.runbooks:
            world.start(sorted(world.state.model.runbooks)[number % len(world.state.model.runbooks)])
        for run in sorted(each for each, _ in world.state.runs.items()):
            parts = run_tree.parts_of(world.state, run, world.now)
            rows = run_tree.rows(world.state, run, world.now)
            if parts is not None and parts == known.get(run, (None, None))[0]:
                assert rows == known[run][1]
            known[run] = parts, rows


def test_only_a_run_that_stands_alone_has_parts() -> None:
    world = World(model({"go": [script("A", simulate=takes(60))], "all": [child("B", "go")]}))
    for process in ("go", "all"):
        world.start(process)
    world.run_until(10)
    before, other = (run_tree.parts_of(world.state, "run-1", world.now) for _ in range(2))
    assert before is not None
    assert before == other
    assert run_tree.parts_of(world.state, "run-1", world.now + 1) != before
    assert run_tree.parts_of(world.state, "run-2", world.now) is None
    assert run_tree.parts_of(world.state, "run-9", world.now) is None
    waits = SCENES["lock_wait"]()
    assert run_tree.parts_of(waits.state, "run-9", waits.now) is None
