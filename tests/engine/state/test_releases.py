import pytest

from octotui.engine.state.releases import (
    ANY_CHANNEL,
    Deployed,
    Release,
    declared_channel,
    is_version,
    next_version,
    place_key,
    requirements,
    unfit,
)
from octotui.model.process import Requirement, Runbook
from tests.engine.shop import CHANNELS, shop
from tests.world import packages, script

SHOP = Runbook(name="Shop")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), "0.0.1"),
        (("1.2.3",), "1.2.4"),
        (("1.9.0", "1.10.0"), "1.10.1"),
        (("2",), "2.0.1"),
        (("1.2.3.4",), "1.2.4"),
        (("1.2.3-beta",), "1.2.4"),
    ],
)
def test_the_next_version_is_a_patch_above_the_highest(before: tuple[str, ...], after: str) -> None:
    assert next_version(before) == after


def test_a_version_has_numbers() -> None:
    assert all(is_version(each) for each in ("1", "1.2.0-beta.1"))
    assert not any(is_version(each) for each in ("one", "1/2", ""))


def test_a_deployment_is_called_by_its_release_and_a_runbook_is_not() -> None:
    release = Release(process="shop", version="1.2.0", channel="stable", definition=SHOP)
    assert (release.title, release.key) == ("Shop 1.2.0", "shop/1.2.0")
    assert Release(process="shop", version="1.2.0", definition=SHOP).title == "Shop"


def test_a_release_was_deployed_for_whom_it_was() -> None:
    here = Deployed(environment="test", tenant="contoso", run="run-1", at=1.0)
    release = Release(process="shop", version="1", definition=SHOP, deployed=(here,))
    assert release.deployed_to(("development", "test"), "contoso")
    assert not release.deployed_to(("test",), None)
    assert not release.deployed_to(("production",), "contoso")


def test_q2_a_place_names_its_tenant() -> None:
    assert place_key("shop", "test", None) == "shop/test"
    assert place_key("shop", "test", "contoso") == "shop/test/contoso"


def test_p1_what_enabled_steps_need_once_each() -> None:
    steps = (
        script("One", packages=packages("tools", "image@1.x")),
        script("Two", packages=packages("tools", "tools@1.2.0")),
        script("Off", packages=packages("other"), enabled=False),
    )
    found = requirements(Runbook(name="X", steps=steps))
    assert [each.text for each in found] == ["tools", "image@1.x", "tools@1.2.0"]


@pytest.mark.parametrize(
    ("needed", "channel", "version", "why"),
    [
        (Requirement("tools"), "stable", "1.4.0", None),
        (Requirement("tools"), "stable", None, "no version was chosen for tools"),
        (Requirement("tools"), "stable", "new", "new of tools is no version; name one such as 1.2.0"),
        (
            Requirement("tools"),
            "stable",
            "2.0.0",
            "tools 2.0.0 does not fit the channel Stable, which",
        ),
        (
            Requirement("tools"),
            "stable",
            "1.4.0-beta",
            "tools 1.4.0-beta does not fit the channel Stable,",
        ),
        (Requirement("tools"), "quick", "2.0.0-beta", None),
        (Requirement("tools", "1.x"), "quick", "2.0.0", "tools 2.0.0 is not what a step needs, tools@1.x"),
        (Requirement("image"), "stable", "3.0.0", None),
    ],
)
def test_p1_the_versions_of_a_release_fit_its_channel(
    needed: Requirement, channel: str, version: str | None, why: str | None
) -> None:
    found = unfit(needed, CHANNELS[channel], version)
    assert (found is None) == (why is None)
    assert (found or "").startswith(why or "")


def test_a_channel_that_is_not_declared_takes_any_version() -> None:
    model = shop()
    assert declared_channel(model, "shop", "stable") is CHANNELS["stable"]
    assert declared_channel(model, "shop", "gone") is declared_channel(model, "none", None) is ANY_CHANNEL
