"""What the pane of runs tells its screen."""

from textual.message import Message

from octotui.engine.queries.query import Query


class RunChosen(Message):
    """The cursor is on another run."""

    def __init__(self, run: str | None) -> None:
        super().__init__()
        self.run = run


class RunOpened(RunChosen):
    """The run under the cursor is to be opened."""


class PageWanted(Message):
    """Older runs are to be looked up: those that a query finds, before this number."""

    def __init__(self, query: Query, before: int | None) -> None:
        super().__init__()
        self.query = query
        self.before = before


class CountWanted(Message):
    """How many ended runs a query finds is to be looked up."""

    def __init__(self, query: Query) -> None:
        super().__init__()
        self.query = query


class ViewsWanted(Message):
    """Saved views are to be offered; `text` is the present filter."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class ColumnsWanted(Message):
    """Columns and order are to be chosen: the usual ones, those shown now, and what it is sorted by."""

    def __init__(self, usual: tuple[str, ...], shown: tuple[str, ...], sort: str) -> None:
        super().__init__()
        self.usual = usual
        self.shown = shown
        self.sort = sort
