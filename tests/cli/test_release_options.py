"""What `release` and `publish` share."""

from octotui.cli.release_options import listed, pinned
from octotui.engine.state.releases import Release
from octotui.model.process import Runbook


def test_versions_of_packages_are_named_one_by_one() -> None:
    assert pinned(("tools=1.2.0", "image=2.0", "tools=1.3.0")) == {"tools": "1.3.0", "image": "2.0"}


def test_a_release_as_json_leaves_its_process_out() -> None:
    release = Release(
        process="shop", version="1.0", definition=Runbook(name="Shop"), versions={"tools": "1.2.0"}
    )
    assert listed(release) == {
        "type": "Release",
        "process": "shop",
        "version": "1.0",
        "channel": None,
        "packages": {"tools": "1.2.0"},
        "notes": "",
        "deployed": (),
    }
