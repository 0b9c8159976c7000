"""Paragraphs of text from outside."""

from textual.visual import VisualType
from textual.widgets import Static

from octotui.views.text.visible_text import visible_lines


class PlainText(Static):
    """A text without markup, with control and invisible characters made visible."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(visible_lines(text), id=id, classes=classes, markup=False)

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Replace the text."""
        super().update(visible_lines(content) if isinstance(content, str) else content, layout=layout)
