"""Waits in words."""

from octotui.cli.verbs.waits import _waits
from tests import scenes


def test_each_wait_says_who_is_truly_in_the_way() -> None:
    """L4."""
    scene = scenes.lock_wait()
    sentence, plain = next(iter(_waits(scene.state, scene.now)))
    assert "waits for" in sentence
    assert "is acquiring" in sentence
    assert plain["run"] == sentence.split()[0]
    assert plain["for"] in sentence
