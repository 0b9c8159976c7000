"""Models on the command line, and names that people type."""

import pytest

from octotui.cli import model_files
from octotui.model.space import Environment

PLACES = {
    "test": Environment(name="Test"),
    "live": Environment(name="In Production"),
    "a": Environment(name="Twin"),
    "b": Environment(name="twin"),
}


def test_the_demo_is_a_space_of_its_own() -> None:
    model = model_files.load_or_exit(None)
    assert (model.space.name, model.space.slug) == ("Kraken demo", "kraken-demo")
    assert list(model.runbooks) == list(model_files.load_or_exit("configs/kraken.toml").runbooks)


@pytest.mark.parametrize(("said", "meant"), [("test", "test"), ("in production", "live"), ("Test", "test")])
def test_a_slug_or_a_name_will_do(said: str, meant: str) -> None:
    assert model_files.slug_of("environment", said, PLACES) == meant


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("lvie", 'there is no environment “lvie”; did you mean "live"?'),
        ("in prodution", 'there is no environment “in prodution”; did you mean "In Production"?'),
        ("twin", "several environments are called “twin”: say which by its slug, a or b"),
        ("", 'there is no environment “”; known: "test", "live", "a", "b", "Test", "In Production"'),
    ],
)
def test_what_nobody_knows_is_refused_with_what_was_meant(
    said: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        model_files.slug_of("environment", said, PLACES)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"octotui: {sentence}")
