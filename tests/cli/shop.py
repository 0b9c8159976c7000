"""A model with a project, for verbs that make releases and deploy them."""

from pathlib import Path

from tests.cli.conftest import ROOT

SHOP = (
    """
[environments.try]
name = "Trial"
[environments.live]
name = "Live"
[lifecycles.standard]
phases = [{ name = "Try", environments = ["try"] }, { name = "Go", environments = ["live"] }]
[feeds.local]
directory = "PACKAGES"
[teams.finance]

[projects.shop]
name = "The shop"
lifecycle = "standard"
channels.stable.default = true
channels.quick = { name = "Quick", versions = { worker-image = "[1.0,2.1)" } }
[[projects.shop.steps]]
name = "Deploy"
packages = ["worker-image"]
script = 'echo "deploying #{Octopus.Release.Number}"'
[[projects.shop.steps]]
name = "Tell"
required = true
script = 'echo told'

[runbooks.look]
name = "Look around"
[[runbooks.look.steps]]
name = "Look"
script = 'echo looking'
"""
).replace("PACKAGES", str(ROOT / "configs" / "packages"))


def write_shop(folder: Path, *, more: str = "", change: tuple[str, str] = ("", "")) -> Path:
    """The model's file; something in it may be changed."""
    path = folder / "shop.toml"
    path.write_text('[space]\nname = "Shop"\n' + SHOP.replace(*change) + more)
    return path
