"""The wait of the selected run, on a line of its own."""

from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.plain_text import PlainText


class RunDetail(PlainText):
    """A sentence below the runs; the stylesheet shows it where there is no column for it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id)
        self._sentence = ""

    def show(self, sentence: str) -> None:
        """Show a sentence, or ""."""
        text = glyphs_of(self).text(sentence)
        if text != self._sentence:
            self._sentence = text
            self.set_class(bool(text), "-told")
            self.update(text)
