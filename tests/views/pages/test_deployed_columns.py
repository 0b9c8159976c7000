"""What each column of the list of deployments shows."""

from datetime import UTC

from octotui.views.lists.columns import CellContext, by_column
from octotui.views.pages.deployed_columns import COLUMNS
from octotui.views.pages.last_runs import standings
from octotui.views.pages.page import DeployedRow, PagePlace
from octotui.views.pages.place_pages import PageScope, page
from tests import scenes


def rows() -> list[DeployedRow]:
    scene = scenes.deployed()
    scope = PageScope(scene.state, scene.now, UTC, (), standings(scene.state, {}))
    lines = page(PagePlace("environment", "production"), scope)
    return [each.row for each in lines if isinstance(each.row, DeployedRow)]


def test_a_deployment_shows_what_for_whom_how_and_when():
    scope = CellContext(scenes.deployed().now, UTC)
    told = [
        {each.name: "".join(text for text, _ in each.cell(row, each.most, scope)) for each in COLUMNS}
        for row in rows()
    ]
    assert told[-1] == {
        "sign": "▶", "project": "Billing service", "version": "1.0.3", "tenant": "Globex",
        "state": "executing", "when": "14:49", "run": "run-12",
    }  # fmt: skip


def test_each_column_sorts():
    for each in COLUMNS:
        assert len(by_column(rows(), each, descending=False)) == len(rows())
