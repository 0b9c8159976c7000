"""Which runs a query finds."""

import pytest
from msgspec.structs import replace

from octotui.engine.queries.matcher import matches
from octotui.engine.queries.parse import parse
from octotui.store.journal.run_records import RunRecord

NOW = 100_000.0
NAMES = {"production": "Production", "contoso": "Contoso Ltd"}
RUN = RunRecord(
    number=7, id="run-7", root="run-7", process="create", name="Create AWS RDS", environment="production",
    tenant="contoso", requester="ann", state="timed-out", reason="Step 2 took over 5m", queued_at=90_000.0,
    ended_at=95_000.0, warnings=1, workers=("w1", "w2"), pools=("setup",),
)  # fmt: skip
OPEN = replace(RUN, state="executing", ended_at=None, reason="", warnings=0)


@pytest.mark.parametrize(
    "text",
    [
        "", "aws", "rds create", '"create aws"', "7", "run-7", "run-", "timed-out", '"timed out"', "ltd",
        "PROD", "ann", "took",
        "state:timed-out", "state:failed,timed-out", "env:production", "tenant:contoso",
        "by:ann",
        "runbook:create", "project:create", "worker:w2", "worker:w9,w1", "pool:setup",
        "is:ended", "is:warned",
        "-nothing", "-state:failed", "-env:test", "-worker:w3", "since:1h40m",
        "until:20s since:2h", "-is:open",
    ],
)  # fmt: skip
def test_it_finds(text: str) -> None:
    assert matches(parse(text, NOW), RUN, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "azure", "aws azure", "run-77", "un-7", "77", "state:failed", "-state:timed-out", "env:test", "-aws",
        "-run-7",
        "by:bob", "worker:w3", "-worker:w2", "pool:x", "is:open", "-is:warned", "since:20s", "until:2h",
        "env:production env:test -tenant:contoso", "is:asking",
    ],
)  # fmt: skip
def test_it_leaves_out(text: str) -> None:
    assert not matches(parse(text, NOW), RUN, NAMES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is:open", True),
        ("is:asking", True),
        ("asking", True),
        ("is:waiting", False),
        ("-is:asking", False),
        ("is:waiting,asking", True),
        ("since:1s", True),  # it has not ended yet
        ("until:1s", False),
        ("is:ended", False),
    ],
)
def test_an_open_run_stands_somehow_and_has_not_ended(text: str, found: bool) -> None:
    assert matches(parse(text, NOW), OPEN, NAMES, ("asking",)) == found


def test_where_a_run_has_no_place_every_place_is_another() -> None:
    nowhere = replace(RUN, environment=None, tenant=None)
    assert matches(parse("-env:production", NOW), nowhere)
    assert not matches(parse("env:production", NOW), nowhere)
