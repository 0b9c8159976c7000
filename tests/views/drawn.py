"""Pictures of scenes as text, to compare with."""

from octotui.views import tree
from octotui.views.words import UNICODE, Glyphs
from tests.scenes import Scene


def drawn(scene: Scene, run: str, glyphs: Glyphs = UNICODE) -> str:
    """The tree of a run as text."""
    return "\n".join(tree.as_lines(tree.rows(scene.state, run, scene.now), glyphs))
