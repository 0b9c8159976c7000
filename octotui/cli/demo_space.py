"""The kraken demo, which opens where no file is given: its model, and a space of its own."""

from pathlib import Path

from octotui.model.space import Space

DEMO = Path(__file__).parent / "demo" / "kraken.toml"
DEMO_SPACE = Space("Kraken demo", "kraken-demo")
