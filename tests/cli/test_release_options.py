"""What `release` and `publish` share."""

from pathlib import Path

import pytest

from octotui.cli import release_options
from octotui.cli.release_options import (
    ReleaseOptions,
    deployed_in,
    listed,
    make,
    newest,
    next_place,
    pinned,
    state_of,
)
from octotui.engine.state import State
from octotui.engine.state.releases import Release
from octotui.model.process import Runbook
from octotui.runtime.space_access import Undecided
from tests.engine.shop import deploy, release, shop
from tests.world import World, script


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


def test_the_newest_is_the_last_one_made_in_the_default_channel(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(shop())
    for version, channel in (("2.0", "stable"), ("1.0", "stable"), ("3.0", "quick")):
        release(world, version=version, channel=channel)
    assert newest(world.state.model, world.state, "shop").version == "1.0"
    with pytest.raises(SystemExit):
        newest(world.state.model, State(), "shop")
    assert "Shop has no release in the channel stable" in capsys.readouterr().err


def test_what_is_in_an_environment_is_there_for_a_tenant(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(shop(script("Deploy")))
    release(world)
    deploy(world, environment="test", tenant="contoso")
    model = world.state.model
    assert deployed_in(model, world.state, "shop", "test", "contoso").version == "0.0.1"
    with pytest.raises(SystemExit):
        deployed_in(model, world.state, "shop", "test", "fabrikam")
    assert capsys.readouterr().err == "octotui: nothing of Shop is in Test for Fabrikam\n"


def test_where_a_phase_has_several_environments_somebody_says_which(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World(shop())
    made = release(world)
    with pytest.raises(SystemExit):
        next_place(world.state.model, made, None)
    assert "Shop 0.0.1 may go to development or test: say which with --to" in capsys.readouterr().err


def test_a_space_that_was_never_opened_holds_nothing(tmp_path: Path) -> None:
    assert len(state_of(shop(), tmp_path).releases) == 0


def test_r10_a_release_that_may_have_been_made_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise Undecided("look whether it took effect")

    monkeypatch.setattr(release_options, "_make", lost)
    said = ReleaseOptions(version="1.0", packages=(), notes="", as_json=False, state=tmp_path)
    with pytest.raises(SystemExit) as left:
        make(shop(), tmp_path / "model.toml", "shop", None, said)
    assert left.value.code == 1
