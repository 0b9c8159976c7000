"""`octotui release`: a project is frozen."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.shop import write_shop


def test_p1_a_release_takes_the_highest_versions_that_fit_its_channel(
    octotui: Call, tmp_path: Path, state: Path
) -> None:
    model = write_shop(tmp_path)
    said = octotui("release", model, "The shop", "--state", state)
    assert said == (0, "The shop 0.0.1 is made in the channel stable with worker-image 2.1.0\n", "")
    said = octotui(
        "release", model, "shop", "--channel", "quick", "--notes", "careful", "--json", "--state", state
    )
    assert json.loads(said.out) == {
        "type": "Release",
        "process": "shop",
        "version": "0.0.2",
        "channel": "quick",
        "packages": {"worker-image": "2.0.0"},
        "notes": "careful",
        "deployed": [],
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("shpo",), 'there is no project “shpo”; did you mean "shop"?'),
        (("look",), "there is no project “look”"),
        (("shop", "--channel", "quik"), 'The shop has no channel quik; did you mean "quick"?'),
        (("shop", "--version", "one"), "“one” is no version; write one such as 1.2.0"),
        (("shop", "--version", "1.0"), "The shop 1.0 is there already"),
        (("shop", "--package", "worker-image"), "--package takes ID=VERSION, not “worker-image”"),
        (("shop", "--package", "image=1.0"), "no step needs the package image"),
        (("shop", "--package", "worker-image=9.0"), "no feed holds worker-image 9.0; there is 2.0.0, 2.1.0"),
        (
            ("shop", "--channel", "quick", "--package", "worker-image=2.1.0"),
            "and the channel Quick takes [1.0,2.1)",
        ),
    ],
)
def test_what_cannot_be_released_is_a_sentence(
    octotui: Call, tmp_path: Path, state: Path, options: tuple[str, ...], said: str
) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--version", "1.0", "--package", "worker-image=2.0.0", "--state", state)
    refused = octotui("release", model, *options, "--state", state)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
