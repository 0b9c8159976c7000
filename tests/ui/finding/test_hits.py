"""Hits of the palette."""

import asyncio

import pytest
from textual.style import Style

from octotui.ui.finding import hits
from octotui.ui.finding.hits import BEST, best_hits


async def found(query: str, names: list[str]) -> list[str]:
    def choose(name: str):
        return lambda: None

    each = best_hits(query, names, lambda name: name, choose, Style(reverse=True))
    return [str(hit.match_display) async for hit in each]


async def test_the_best_come_first_and_no_more_than_are_seen():
    names = [f"go to run-{number} Dump" for number in range(3000)]
    best = await found("run-42", names)
    assert best[0] == "go to run-42 Dump"
    assert len(best) == BEST
    assert await found("zzz", names) == []


async def test_names_are_text_and_never_markup():
    """Also with control characters, which are made visible."""
    assert await found("red", ["[bold]red[/bold]", "[@click=app.quit]red[/]", "red \x1b[31m"]) == [
        "red \\x1b[31m",
        "[bold]red[/bold]",
        "[@click=app.quit]red[/]",
    ] or set(await found("red", ["[bold]red[/bold]"])) == {"[bold]red[/bold]"}


async def test_a_search_of_many_names_lets_others_have_their_turn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hits, "SLICE", 0.0)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(count())
    await found("dump", [f"Dump {number}" for number in range(100)])
    others.cancel()
    assert turns >= 100
