"""S8, W6: images of steps: filled in when workers are selected, fixed by digests, acquired."""

import pytest
from msgspec.structs import replace

from octotui.engine.rules.container_images import image_in
from octotui.engine.rules.machines import acquisitions
from octotui.engine.rules.worker_selection import lacks
from octotui.engine.state import CheckedFacts, FoundTool, MachineHealth, State
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import ENGINE_NEED, Step
from octotui.model.space import Target, Value
from tests.world import World, model, packages, script


def box(name: str, image: str, **more: object) -> Step:
    return script(name, container=image, runs_contained=True, **more)


def test_w6_a_filled_in_image_is_part_of_the_lease_key() -> None:
    steps = [box("A", "#{Image}"), box("B", "alpine:1"), box("C", "#{Other}"), script("D")]
    variables = {"Image": (Value(value="alpine:1"),), "Other": (Value(value="debian"),)}
    world = World(model({"go": steps}, workers=9, variables=variables))
    run = world.run(world.start("go"))
    assert [(pick.steps, pick.container) for pick in run.selection.picks] == [
        ((0, 1), "alpine:1"),
        ((2,), "debian"),
        ((3,), None),
    ]
    assert acquisitions(run) == (
        ("worker1", (("container:alpine:1", ""),)),
        ("worker2", (("container:debian", ""),)),
    )


def test_w11_an_image_that_cannot_be_filled_in_fails_the_run_while_planning() -> None:
    variables = {"Odd": (Value(value="-v /:/host"),)}
    world = World(model({"go": [box("A", "#{Nothing}"), box("B", "#{Odd}")]}, variables=variables))
    run = world.run(world.start("go"))
    assert run.state == "failed"
    assert "step “A”, pool setup: its image #{Nothing} cannot be filled in" in run.reason
    assert "“-v /:/host”" in run.reason or '"-v /:/host" is no image' in run.reason


@pytest.mark.parametrize(
    "image", ["docker-archive:/etc/passwd", "docker://a", "a@--all", "a@1.x", "a@sha256:x"]
)
def test_w11_what_is_filled_in_is_an_image_of_a_registry(image: str) -> None:
    """S8, R6: a file of the worker is none, whoever says so in a prompt."""
    world = World(model({"go": [box("A", "#{Image}")]}, variables={"Image": (Value(value=image),)}))
    run = world.run(world.start("go"))
    assert run.state == "failed"
    assert "its image #{Image} cannot be filled in" in run.reason
    assert "is no image" in run.reason


def test_p1_a_fixed_image_has_its_digest() -> None:
    world = World(model({"go": [box("A", "tools@1.x", packages=packages("p"))]}))
    run = world.run(world.start("go"))
    chosen = {"p": "1.0.0", "container:tools@1.x": "host/tools:1.2@sha256:12"}
    run = replace(run, selection=replace(run.selection, versions=chosen))
    assert image_in(run, 0) == ("host/tools:1.2", "sha256:12")
    assert acquisitions(run) == (("worker1", (("p", "1.0.0"), ("container:host/tools:1.2", "sha256:12"))),)


def test_m4_a_worker_without_an_engine_lacks_one() -> None:
    world = World(model({"go": [box("A", "alpine")]}))
    for tools, lacking in (
        ({"podman": FoundTool(), "docker": FoundTool()}, (ENGINE_NEED,)),
        ({"podman": FoundTool(), "docker": FoundTool("/bin/docker")}, ()),
        ({"podman": FoundTool()}, ()),
    ):
        health = MachineHealth(facts=CheckedFacts(system="Linux", tools=tools))
        state = State(machines=world.state.machines.insert("worker1", health))
        assert lacks(state, "worker1", (ENGINE_NEED,)) == lacking


def test_w13_s8_a_step_that_goes_to_clusters_alone_has_its_filled_in_image() -> None:
    variables = {"Image": (Value(value="alpine:1"),)}
    step = box("A", "#{Image}", roles=("k8s",), on="worker-for-each-target")
    cluster = Target(name="C", roles=("k8s",), kubernetes=Kubernetes(url="https://c"))
    world = World(model({"go": [step]}, variables=variables, targets={"c": cluster}))
    run = world.run(world.start("go"))
    (pick,) = run.selection.picks
    assert (pick.container, pick.needs) == ("alpine:1", (ENGINE_NEED,))
    assert image_in(run, 0, "c") == image_in(run, 0) == ("alpine:1", "")
    assert acquisitions(run) == (("worker1", (("container:alpine:1", ""),)),)


def test_w11_w13_a_container_has_no_context_of_the_account_of_its_worker() -> None:
    step = box("A", "alpine", roles=("k8s",), on="worker-for-each-target")
    cluster = Target(name="C", roles=("k8s",), kubernetes=Kubernetes(context="staging"))
    world = World(model({"go": [step]}, targets={"c": cluster}))
    run = world.run(world.start("go"))
    assert run.state == "failed"
    assert "c is a context of the worker's account, which a container does not have" in run.reason
