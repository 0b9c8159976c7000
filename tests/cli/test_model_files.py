"""Models on the command line."""

from octotui.cli import model_files


def test_the_demo_is_a_space_of_its_own() -> None:
    model = model_files.load_or_exit(None)
    assert (model.space.name, model.space.slug) == ("Kraken demo", "kraken-demo")
    assert list(model.runbooks) == list(model_files.load_or_exit("configs/kraken.toml").runbooks)
