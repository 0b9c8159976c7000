"""The run before another one of the same process, in the same environment, for the same tenant."""

from octotui.engine.queries.query import Query, Term
from octotui.engine.state import Run
from octotui.views.pages.last_runs import RunFinder

PAGE = 100  # records that are looked at


async def run_before(run: Run, history: RunFinder) -> str | None:
    """Return the ended run before; None where there is none among the last PAGE ones of its place."""
    asked = run.request
    terms = [Term("runbook", (asked.process,))]
    if asked.environment is not None:
        terms.append(Term("env", (asked.environment,)))
    records = await history(Query(tuple(terms)), before=run.number, limit=PAGE)
    place = asked.process, asked.environment, asked.tenant
    return next((each.id for each in records if (each.process, each.environment, each.tenant) == place), None)
