"""Pictures of scenes as text, to compare with."""

from octotui.views.labels import UNICODE, Glyphs
from octotui.views.tree import run_tree
from tests.scenes import Scene


def drawn(scene: Scene, run: str, glyphs: Glyphs = UNICODE) -> str:
    """The tree of a run as text."""
    return "\n".join(run_tree.as_lines(run_tree.rows(scene.state, run, scene.now), glyphs))
