"""V5: free texts of commands and events are masked, and what names something is not."""

from typing import get_args

import msgspec
import pytest

from octotui.engine import commands, events
from octotui.engine.commands import Command
from octotui.engine.events import AnyEvent
from octotui.engine.rules.masked_texts import TEXTS, masked
from octotui.engine.state import Artifact, Outcome, RejectedCandidate
from octotui.engine.state.releases import Release
from octotui.model.process import Runbook

NAMES = {
    *("action", "answer", "by", "environment", "guidance", "interruption", "job", "kind", "name", "origin"),
    *(
        "parent",
        "holder",
        "process",
        "requester",
        "root",
        "run",
        "schedule",
        "skip",
        "target",
        "tenant",
        "workers",
        "to",
        "user",
    ),
    *("channel", "choices", "deployed", "health", "mode", "policy", "pool", "secrets", "sensitive", "state"),
    *(
        "runs",
        "steps",
        "targets",
        "teams",
        "variable_set",
        "version",
        "versions",
        "worker",
        "ending",
        "packages",
    ),
    *(
        "container",
        "cursor_after",
        "cursor_before",
        "before",
        "after",
        "needed",
        "tag",
        "undecided",
    ),
    *("due", "facts", "forgotten", "interrupted", "jobs", "key", "locked_key", "lost", "machine", "machines"),
    *("digests", "endpoint", "host_key", "idle_since", "keeps", "lease", "pools", "reference", "sha256"),
    *("unknown", "until"),
}
"""By which something is found, or compared; masking would break that."""
APART = {"artifacts", "outputs", "passed", "passphrase", "value", "values", "variables"}
"""Masked where they come in, or set apart there, since scripts read them."""
DECLARED = {"reference", "terms", "model", "definition", "retained", "pick", "picks", "rejected", "gaps"}
"""What the model says, and what the engine makes of it."""


def texts(kind: type[msgspec.Struct]) -> set[str]:
    """The fields of a struct that may hold text."""
    return {
        field.name
        for field in msgspec.structs.fields(kind)
        if any(each in str(field.type) for each in ("str", "octotui", "Literal"))
    }


@pytest.mark.parametrize("kind", [*get_args(Command), *get_args(AnyEvent), Outcome, Release])
def test_v5_every_text_of_a_command_or_an_event_is_masked_or_no_free_text(kind: type[msgspec.Struct]) -> None:
    """A new field has to be decided upon."""
    assert texts(kind) - TEXTS - NAMES - APART - DECLARED == set()


def stars(text: str) -> str:
    return text.replace("hunter22", "********")


def test_v5_texts_are_masked_however_deep() -> None:
    outcome = Outcome(
        state="failed",
        reason="no hunter22",
        warnings=("a hunter22", "b"),
        highlights=("c hunter22",),
        outputs={"A": "hunter22"},
        artifacts=(Artifact("hunter22", 1),),
    )
    told = masked(commands.ReportOutcome(job="hunter22", attempt=1, outcome=outcome), stars)
    assert told.job == "hunter22"
    assert (told.outcome.reason, told.outcome.warnings) == ("no ********", ("a ********", "b"))
    assert told.outcome.highlights == ("c ********",)
    assert told.outcome.outputs == {"A": "hunter22"}
    release = Release(process="a", version="1.0", definition=Runbook(name="A", steps=()), notes="hunter22!")
    assert masked(events.ReleaseCreated(release=release), stars).release.notes == "********!"
    assert masked(commands.ChoosePackages(run="r", versions={}, problems=("hunter22",)), stars).problems == (
        "********",
    )
    refused = events.ActionRefused(user="hunter22", action="x", subject="hunter22", reason="hunter22")
    assert masked(refused, stars) == events.ActionRefused(
        user="hunter22", action="x", subject="********", reason="********"
    )


def test_v5_what_holds_nothing_to_mask_stays_the_same() -> None:
    command = commands.CancelRun(run="run-1", by="hunter22")
    assert masked(command, stars) is command
    rejected = RejectedCandidate("worker1", "hunter22")
    assert masked(rejected, str) is rejected
