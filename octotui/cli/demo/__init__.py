"""The kraken demo, which opens where no file is given: its model, packages and space. Never code."""

from pathlib import Path

from octotui.model.space import Space

DEMO = Path(__file__).parent / "kraken.toml"
DEMO_SPACE = Space("Kraken demo", "kraken-demo")
