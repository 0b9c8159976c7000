"""What the pane of runs tells its screen."""

from textual.message import Message


class RunChosen(Message):
    """The cursor is on another run."""

    def __init__(self, run: str | None) -> None:
        super().__init__()
        self.run = run


class RunOpened(RunChosen):
    """The run under the cursor is to be opened."""


class PageWanted(Message):
    """Older runs are to be looked up: those of these words, before this number."""

    def __init__(self, words: tuple[str, ...], before: int | None) -> None:
        super().__init__()
        self.words = words
        self.before = before


class ColumnsWanted(Message):
    """Columns and order are to be chosen: the usual ones, those shown now, and what it is sorted by."""

    def __init__(self, usual: tuple[str, ...], shown: tuple[str, ...], sort: str) -> None:
        super().__init__()
        self.usual = usual
        self.shown = shown
        self.sort = sort
