"""The columns of the list of what is deployed in an environment."""

from octotui.views.lists.column_kinds import run_column, sign_column, state_column, time_column, word_column
from octotui.views.lists.columns import Column
from octotui.views.pages.page import DeployedRow

COLUMNS: tuple[Column[DeployedRow], ...] = (
    sign_column(lambda row: row.run.mark),
    word_column("project", "the project", lambda row: row.project, role="plain", least=12, most=60),
    word_column("version", "the version of the release", lambda row: row.run.version, least=7, most=30),
    word_column("tenant", "for whom it is", lambda row: row.tenant, least=8, most=30),
    state_column(lambda row: row.run.mark, least=9, most=10),
    time_column("when", "when it ended, or began", lambda row: row.run.at),
    run_column("run", "the run that deployed it", lambda row: row.run.id),
)
"""All columns, in their order."""
