"""The demo: a model that is there, in a space that no other model's is."""

from octotui.cli.demo_space import DEMO, DEMO_SPACE
from octotui.model.space import space_slug
from octotui.model.toml.read import load


def test_its_space_is_not_that_of_the_model_it_is_made_of() -> None:
    assert DEMO_SPACE.slug == space_slug(DEMO_SPACE.name)
    assert load(DEMO).space.slug != DEMO_SPACE.slug
