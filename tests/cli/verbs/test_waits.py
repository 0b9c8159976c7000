"""Waits in words."""

import pytest

from octotui.cli.verbs.waits import _waits
from tests import scenes
from tests.world import World, model, script


def test_each_wait_says_who_is_truly_in_the_way() -> None:
    """L4."""
    scene = scenes.lock_wait()
    sentence, plain = next(iter(_waits(scene.state, scene.now)))
    assert "waits for" in sentence
    assert "is acquiring" in sentence
    assert plain["run"] == sentence.split()[0]
    assert plain["for"] in sentence


def test_each_wait_says_about_how_much_longer_it_lasts() -> None:
    """E2, E3."""
    scene = scenes.estimated()
    told = {plain["run"]: (sentence, plain["until"]) for sentence, plain in _waits(scene.state, scene.now)}
    for run, seconds in (("run-18", 10), ("run-19", 20)):
        sentence, until = told[run]
        assert f"· about {seconds}s more" in sentence
        assert until == pytest.approx(scene.now + seconds, abs=1)


def test_i7_what_asks_after_a_failure_says_why() -> None:
    world = World(model({"a": [script("Copy")]}))
    world.start("a")
    world.report("job-1.1", "lost", reason="its supervisor was killed")
    ((line, plain),) = _waits(world.state, world.now)
    assert line.startswith("run-1 “Copy” asks: retry, ignore or fail? · its supervisor was killed · ")
    assert (plain["for"], plain["reason"]) == ("an answer", "its supervisor was killed")
