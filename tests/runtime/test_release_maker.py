"""Making a release from what the feeds hold."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CreateRelease, Refused
from octotui.model.space import Feed, Model
from octotui.runtime.release_maker import make_release
from tests.engine.shop import shop
from tests.runtime.feeds import put
from tests.runtime.rig import Rig, play


def fed(folder: Path) -> Model:
    """The shop, and a feed with what it needs."""
    for name in ("tools.1.4.0.zip", "tools.2.0.0.zip", "tools.1.5.0-beta.zip", "image.1.0.0.zip"):
        put(folder, name)
    return replace(shop(), feeds={"local": Feed(directory=str(folder))})


@pytest.mark.parametrize(
    ("channel", "pinned", "tools"),
    [("stable", {}, "1.4.0"), ("quick", {}, "2.0.0"), ("quick", {"tools": "1.5.0-beta"}, "1.5.0-beta")],
)
def test_p1_versions_are_chosen_within_the_channel_unless_they_are_named(
    tmp_path: Path, channel: str, pinned: dict[str, str], tools: str
) -> None:
    async def main(rig: Rig) -> dict[str, str]:
        made = await make_release(rig.session, CreateRelease(process="shop", channel=channel), pinned)
        return made.versions

    assert play(fed(tmp_path), tmp_path, main) == {"tools": tools, "image@1.x": "1.0.0"}


@pytest.mark.parametrize(
    ("command", "pinned", "said"),
    [
        (CreateRelease(process="shpo"), {}, "there is no project shpo"),
        (CreateRelease(process="shop"), {"tools": "9.0"}, "no feed holds tools 9.0; there is"),
        (CreateRelease(process="shop"), {"tools": "2.0.0"}, "and the channel Stable takes"),
        (CreateRelease(process="shop"), {"tols": "2.0.0"}, "no step needs the package tols; did you mean"),
    ],
)
def test_p1_what_no_feed_holds_is_not_released(
    tmp_path: Path, command: CreateRelease, pinned: dict[str, str], said: str
) -> None:
    async def main(rig: Rig) -> None:
        with pytest.raises(Refused, match=said):
            await make_release(rig.session, command, pinned)
        assert len(rig.state.releases) == 0

    play(fed(tmp_path), tmp_path, main)
