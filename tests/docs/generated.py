"""Every file of `docs/` that is generated, by its name there, and its text."""

import re
from pathlib import Path

from click.testing import CliRunner

from octotui.cli.main import cli
from octotui.ui.keys.key_table import document
from tests.docs.filter_reference import filter_reference
from tests.docs.markdown_pages import continued
from tests.docs.model_reference import model_reference
from tests.docs.pictures import PICTURES, draw, still
from tests.docs.template_reference import template_reference
from tests.docs.verb_reference import verb_reference

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = DOCS.parent / "configs" / "schema.json"
TUTORIAL = DOCS.parent / "configs" / "nightly-backup.toml"
PAGES = {
    "model.md": model_reference,
    "verbs.md": verb_reference,
    "keys.md": document,
    "filters.md": filter_reference,
    "templates.md": template_reference,
}


def pages() -> dict[str, str]:
    """Return the text of each generated page."""
    with still():
        return {name: re.sub(r"\n{3,}", "\n\n", page()) for name, page in PAGES.items()}


def printed_schema() -> str:
    """Return what `octotui schema` prints."""
    return CliRunner().invoke(cli, ["schema"], catch_exceptions=False).output


def tutorial_model() -> str:
    """Return the model that the tutorial builds, block after block: `configs/nightly-backup.toml`."""
    return "\n".join(continued((DOCS / "tutorial.md").read_text("utf-8")))


def pictures() -> dict[str, str]:
    """Return the SVG of each picture."""
    return {f"pictures/{name}.svg": draw(picture) for name, picture in PICTURES.items()}
