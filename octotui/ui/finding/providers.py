"""The palette's providers: what can be started and gone to by name, and the search of output."""

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider

from octotui.ui.finding.hits import best_hits
from octotui.ui.finding.output_search_dialog import OutputSearchDialog
from octotui.ui.panels.output_panel import LinePlace
from octotui.ui.panels.runs_panel import RunsPanel
from octotui.ui.screens.actions.start_actions import StartActionsScreen
from octotui.ui.screens.board import Board
from octotui.ui.screens.place_screen import PlaceScreen
from octotui.views.finding.found_lines import FoundRow
from octotui.views.finding.goals import Goal, goals
from octotui.views.finding.startable import Startable, startable, tenant_named
from octotui.views.pages.page import PagePlace

SEARCH = "Search the output of the last runs"
SEARCHES = "For a text or a regular expression, in all that their jobs printed"


class StartProvider(Provider):
    """Starts any runbook, and deploys any project: `start Tame in Production`."""

    async def search(self, query: str) -> Hits:
        """Yield what can be started and matches a query; nothing in a replay."""
        screen = self.screen
        if not isinstance(screen, StartActionsScreen) or screen.why_not("start", ()):
            return
        state = screen.state
        words, tenant = tenant_named(state, query)
        each = startable(state, screen.session.user, tenant)

        def choose(item: Startable) -> Callable[[], None]:
            return lambda: _start(screen, item)

        async for hit in best_hits(words, each, lambda item: item.text, choose, self.match_style):
            yield hit


class GoalProvider(Provider):
    """Goes to any run, worker, target, pool, environment or project."""

    async def search(self, query: str) -> Hits:
        """Yield what can be gone to and matches a query."""
        screen = self.screen
        if not isinstance(screen, StartActionsScreen):
            return
        each = goals(screen.state, screen.past, query)

        def choose(item: Goal) -> Callable[[], None]:
            return lambda: _go(screen, item)

        async for hit in best_hits(query, each, lambda item: item.text, choose, self.match_style):
            yield hit


class OutputProvider(Provider):
    """Searches the output of the last runs."""

    async def discover(self) -> Hits:
        """Offer the search before anything is typed."""
        if isinstance(self.screen, StartActionsScreen):
            yield DiscoveryHit(SEARCH, partial(_search_output, self.screen), help=SEARCHES)

    async def search(self, query: str) -> Hits:
        """Offer the search where its name matches a query."""
        matcher = self.matcher(query)
        score = matcher.match(SEARCH)
        if score > 0 and isinstance(self.screen, StartActionsScreen):
            yield Hit(score, matcher.highlight(SEARCH), partial(_search_output, self.screen), help=SEARCHES)


def _search_output(screen: StartActionsScreen) -> None:
    app: Any = screen.app

    def go(chosen: tuple[FoundRow, str] | None) -> None:
        if chosen is not None:
            row, text = chosen
            app.open_output(screen.session, (row.run, row.job), LinePlace(row.number - 1, text))

    app.push_screen(OutputSearchDialog(screen.session), go)


def _start(screen: StartActionsScreen, item: Startable) -> None:
    screen.confirm_start(item.start)


def _go(screen: StartActionsScreen, goal: Goal) -> None:
    """Open the page of a place, the screen of a run, or the runs of a project."""
    app: Any = screen.app
    if goal.kind == "run":
        app.open_run(screen.session, goal.key)
    elif goal.kind == "project":
        _show_runs(app, f"project:{goal.key}")
    else:
        app.push_screen(PlaceScreen(screen.session, (PagePlace(goal.kind, goal.key),)))


def _show_runs(app: App[Any], query: str) -> None:
    """Go back to the board, and list the runs that match a query."""
    while not isinstance(app.screen, Board) and len(app.screen_stack) > 1:
        app.pop_screen()
    if isinstance(app.screen, Board):
        app.screen.query_one(RunsPanel).show_view(query)
