"""M5, M6: how machines stand, in words."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.views import pools
from octotui.views.labels import ASCII, HEALTH
from octotui.views.machines import health
from tests import scenes
from tests.world import START, World, model, script


def parts(machine: str) -> dict[str, list[str]]:
    scene = scenes.unwell()
    return dict(health.paragraphs(scene.state, machine, scene.now))


def test_m5_every_state_has_a_sign_and_a_word() -> None:
    states = {"healthy", "has-warnings", "unhealthy", "unavailable", "unknown", "disabled", "lost"}
    assert set(HEALTH) == states
    assert all(ASCII.sign(mark.sign).isascii() for mark in HEALTH.values())


@pytest.mark.parametrize(
    ("machine", "sentence"),
    [
        ("worker1", "healthy since 13:46:40, 2m20s ago"),
        ("worker2", "has warnings since 13:46:40, 2m20s ago: the disk is nearly full"),
        ("build2", "unavailable since 13:46:40, 2m20s ago: connection refused"),
        ("off", "disabled"),
    ],
)
def test_m5_a_sentence_says_since_when_and_why(machine: str, sentence: str) -> None:
    scene = scenes.unwell()
    assert health.sentence(scene.state, machine, scene.now) == sentence


def test_m5_one_that_nobody_has_checked_is_unknown() -> None:
    state = World(model({"go": [script("A")]})).state
    assert health.sentence(state, "worker1", START) == "unknown"
    assert health.checks(state, "worker1", START) == [
        "by a connection, when somebody asks, within 1m",
        "was not checked yet, which counts as healthy",
    ]


def test_m5_what_was_tried_and_what_comes_next() -> None:
    assert parts("build2")["Checks"] == [
        "by ssh://deploy@build2.example:2222",
        "Hourly script: by a script, every 1h, within 1m",
        "checked 13:48:50, 10s ago",
        "did not answer 2 times in a row",
        "is checked again 13:50:50, in 1m50s",
        "is lost 13:56:40, unless it answers before",
    ]
    assert parts("worker1")["Checks"][-1] == "is being checked, since 0s"
    assert parts("worker3")["Checks"][1].endswith("answered after 310 ms")


def test_m5_what_was_found_and_what_was_before() -> None:
    assert parts("worker1")["What its last check found"] == [
        "Linux x86_64",
        "its clock is 1m30s ahead of this one",
        "has docker 24.0.7 and git 2.39.5",
        "lacks helm",
    ]
    assert parts("build2")["Changes of its health"] == [
        "13:46:40 unavailable: connection refused; next try in 5 s"
    ]


def test_m6_a_lost_one_says_so() -> None:
    scene = scenes.unwell()
    scene.world.run_until(700)
    assert health.health_row(scene.world.state, "build2").word == "lost"
    assert "lost since 13:56:40" in health.sentence(scene.world.state, "build2", scene.world.now)
    assert pools.worker_row(scene.world.state, "setup", "build2").lost
    changes = dict(health.paragraphs(scene.world.state, "build2", scene.world.now))["Changes of its health"]
    assert "unavailable: lost: it could not be reached for" in changes[0]


def test_m5_one_that_waits_for_its_check_says_so() -> None:
    declared = model({"go": [script("A")]})
    world = World(replace(declared, engine=replace(declared.engine, max_checks=1)))
    world.send(commands.CheckHealth(by="ann"))
    assert health.checks(world.state, "worker2", world.now)[-1].startswith("waits for its check")
    assert health.note(world.state, "worker1") == "being checked"
    assert health.note(world.state, "worker2") == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.0004, "0.4 ms"), (0.012, "12 ms"), (1.25, "1.2 s"), (61.0, "61.0 s")]
)
def test_m5_times_of_answers(seconds: float | None, text: str) -> None:
    assert health.latency(seconds) == text


def test_m5_a_machine_that_the_model_has_no_more() -> None:
    state = World(model({})).state
    assert health.checks(state, "gone", START)[0] == "it is not in the model, and is not checked"
    assert health.endpoint(state, "gone") == ""
    assert health.health_row(state, "gone").name == "gone"
