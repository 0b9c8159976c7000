"""Messages of the pane of runs to its screen."""

from textual.message import Message

from octotui.engine.queries.query import Query


class RunChosen(Message):
    """The cursor is on another run."""

    def __init__(self, run: str | None) -> None:
        super().__init__()
        self.run = run


class RunOpened(RunChosen):
    """The run under the cursor was opened."""


class PageWanted(Message):
    """A page of older runs is wanted: those that match a query, numbered below `before`."""

    def __init__(self, query: Query, before: int | None) -> None:
        super().__init__()
        self.query = query
        self.before = before


class CountWanted(Message):
    """The number of ended runs that match a query is wanted."""

    def __init__(self, query: Query) -> None:
        super().__init__()
        self.query = query


class ViewsWanted(Message):
    """Saved views are wanted; `text` is the present filter."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
