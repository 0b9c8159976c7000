import pytest
from msgspec.structs import replace

from octotui.engine.rules.lifecycles import lifecycle_of, next_environments, why_not_here
from octotui.engine.state.releases import Deployed, Release
from octotui.model.space import Lifecycle
from tests.engine.shop import STANDARD, shop

MODEL = shop()


def release(*deployed: str, channel: str = "stable", tenant: str | None = None) -> Release:
    done = tuple(Deployed(environment=each, tenant=tenant, run="run-1", at=0.0) for each in deployed)
    definition = MODEL.projects["shop"].deployment
    return Release(process="shop", version="1.0", channel=channel, definition=definition, deployed=done)


@pytest.mark.parametrize(
    ("deployed", "environment", "why"),
    [
        ((), "development", None),
        ((), "test", None),
        (
            (),
            "staging",
            "Shop 1.0 may not go to Staging yet: deploy it to Development or Test first, as “Try” of the",
        ),
        ((), "production", "Shop 1.0 may not go to Production yet: deploy it to Development or Test first"),
        (("test",), "staging", None),
        (("test",), "production", None),
        (("staging",), "production", "Shop 1.0 may not go to Production yet"),
    ],
)
def test_a_release_goes_phase_by_phase_and_past_optional_ones(
    deployed: tuple[str, ...], environment: str, why: str | None
) -> None:
    found = why_not_here(MODEL, release(*deployed), environment, None)
    assert (found is None) == (why is None)
    assert (found or "").startswith(why or "")


def test_a_release_goes_through_the_phases_for_each_tenant() -> None:
    why = why_not_here(MODEL, release("test"), "production", "contoso")
    assert why is not None
    assert "first for contoso, as “Try” of the lifecycle Standard says" in why
    assert why_not_here(MODEL, release("test", tenant="contoso"), "production", "contoso") is None


def test_an_environment_of_no_phase_is_never_reached() -> None:
    lifecycle = replace(STANDARD, phases=STANDARD.phases[:1])
    model = replace(MODEL, lifecycles={"standard": lifecycle})
    for done in ((), ("test",)):
        why = why_not_here(model, release(*done), "production", None)
        assert why == "the lifecycle Standard of Shop 1.0 does not lead to Production"


def test_without_a_lifecycle_a_release_goes_anywhere() -> None:
    assert lifecycle_of(MODEL, release(channel="quick")) is None  # it has no phases
    assert why_not_here(MODEL, release(channel="quick"), "production", None) is None
    assert lifecycle_of(MODEL, release()) is STANDARD
    gone = replace(MODEL, lifecycles={"other": Lifecycle(name="Other")})
    assert why_not_here(gone, release(), "production", None) is None


def test_what_comes_next() -> None:
    assert next_environments(MODEL, release(), None) == ("development", "test")
    assert next_environments(MODEL, release("test"), None) == ("staging",)
    assert next_environments(MODEL, release("test", "staging"), None) == ("production",)
    assert next_environments(MODEL, release("test", "production"), None) == ()
    assert next_environments(MODEL, release("test"), "contoso") == ("development", "test")
    assert next_environments(MODEL, release(channel="quick"), None) == tuple(MODEL.environments)
