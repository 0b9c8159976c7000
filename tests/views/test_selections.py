import pytest
from msgspec.structs import replace

from octotui.engine.state import Pick, RejectedCandidate
from octotui.model.space import Worker
from octotui.views.selections import at_length, why
from octotui.views.tree.steps import acquisition
from tests.scenes import SCENES
from tests.world import World, model, packages, script

MODEL = SCENES["seed"]().state.model


def pick(**more: object) -> Pick:
    return Pick(**{"pool": "setup", "worker": "worker2", "steps": (0,), "policy": "round-robin", **more})


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (pick(cursor_before="worker1", cursor_after="worker2"), "next after worker1 in setup"),
        (pick(cursor_after="worker2"), "first in setup"),
        (pick(policy="least-leases", leases=1), "1 lease, the fewest in setup"),
        (pick(cursor_before="worker2", cursor_after="worker2"), "the only eligible worker in setup"),
        (
            pick(
                cursor_before="w9",
                rejected=(RejectedCandidate("w1", "disabled"), RejectedCandidate("w3", "unhealthy")),
            ),
            "next after w9 in setup, skipping w1 (disabled) and w3 (unhealthy)",
        ),
        (
            pick(pool="default", worker="built-in", policy="built-in"),
            "the built-in worker: default has none of its own",
        ),
    ],
)
def test_a_pick_says_why_in_a_few_words(made, told):
    """W8: every selection records why."""
    assert why(made, MODEL) == told


def test_at_length_it_names_steps_and_cursor():
    run = SCENES["seed"]().state.runs["run-3"]
    assert at_length(run, run.selection.picks[0], MODEL) == (
        "worker2 for “Create the instance”: next after worker1 in setup"
        " (round-robin, cursor worker1 → worker2)"
    )


def test_at_length_it_names_the_lease_key():
    """W6: steps with the same packages in the same order share a worker."""
    image = packages("worker-image", "tools@1.2.0")
    world = World(model({"a": [script("One", packages=image), script("Two", packages=image)]}))
    world.start("a")
    run = world.state.runs["run-1"]
    assert at_length(run, run.selection.picks[0], MODEL).endswith(
        "shared by steps with packages worker-image, tools"
    )


def test_at_length_the_built_in_worker_has_no_cursor():
    world = World(model({"a": [script("One", pool=None, container="debian")]}))
    world.start("a")
    run = world.state.runs["run-1"]
    assert at_length(run, run.selection.picks[0], MODEL) == (
        "built-in for “One”: the built-in worker: default has none of its own "
        "(the default pool has no members); shared by steps with container debian"
    )


def test_at_length_the_fewest_leases_need_no_cursor():
    run = SCENES["seed"]().state.runs["run-3"]
    assert at_length(run, pick(policy="least-leases", leases=0), MODEL) == (
        "worker2 for “Create the instance”: 0 leases, the fewest in setup (least-leases)"
    )


def test_workers_are_called_by_their_names():
    named = replace(MODEL, workers={**MODEL.workers, "worker1": Worker(name="The first")})
    assert why(pick(cursor_before="worker1"), named) == "next after The first in setup"
    rejected = RejectedCandidate(worker="worker1", reason="disabled")
    assert why(pick(rejected=(rejected,)), named) == "first in setup, skipping The first (disabled)"


def test_s8_an_image_that_is_fixed_is_shown_by_its_digest():
    steps = [script("One", container="tools@1.x", runs_contained=True)]
    world = World(model({"a": steps}))
    world.start("a")
    run = world.state.runs["run-1"]
    chosen = {"container:tools@1.x": f"host/tools:1.2@sha256:{'ab' * 32}"}
    run = replace(run, selection=replace(run.selection, versions=chosen))
    told = at_length(run, run.selection.picks[0], MODEL)
    assert told.endswith("shared by steps with container host/tools:1.2 (sha256:abababababab)")


def test_s8_an_image_has_the_digest_that_it_was_acquired_with():
    """S8, W8: of its worker, in the selection, the tree and the history."""
    step = script("Box", container="tools:1", runs_contained=True)
    world = World(model({"go": [step]}, workers=1))
    run = world.start("go")
    (job,) = world.state.runs[run].progress.jobs
    before = world.state.runs[run]
    assert at_length(before, before.selection.picks[0], world.state.model).endswith("container tools:1")
    digest = "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1"
    world.running.clear()
    world.report(job, digests={"tools:1": digest}, warnings=("tools:1 is another image",))
    after = world.state.runs[run]
    assert after.selection.digest_of("worker1", "tools:1") == digest
    assert after.selection.digest_of("worker2", "tools:1") == ""
    told = at_length(after, after.selection.picks[0], world.state.model)
    assert told.endswith("container tools:1 (sha256:4bcff63911fc)")
    ended = world.state.jobs[job]
    assert (ended.state, ended.warnings) == ("succeeded-with-warnings", ("tools:1 is another image",))
    shown = acquisition(world.state, after, ended, world.now)
    assert shown.row.text == "pull tools:1 (sha256:4bcff63911fc)"
