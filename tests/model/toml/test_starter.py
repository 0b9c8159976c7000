from pathlib import Path

from octotui.model.toml.read import load
from octotui.model.toml.starter import starter
from tests.model.texts import write


def test_it_is_a_model_without_complaints(tmp_path: Path) -> None:
    model = load(write(tmp_path, starter()))
    assert model.space.name == "My space"
    assert len(model.runbooks) == 2


def test_every_table_has_a_comment_above() -> None:
    parts = starter().strip().split("\n\n# ")
    assert all(part.lstrip("# ")[0].isupper() for part in parts)
    assert len(parts) == 8


def test_lines_fit_a_screen() -> None:
    assert max(map(len, starter().splitlines())) < 100
