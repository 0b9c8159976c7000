"""Where the files are that a run's scripts had kept."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from octotui.ui.why_dialog import WhyDialog


class FilesDialog(WhyDialog):
    """The artifacts of a run and of those it started, each with its size and its path."""

    TITLE = "Files"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f", "dismiss", "back", show=False)]
