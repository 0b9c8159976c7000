"""Rights in a shared space."""

from typing import get_args

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.rules.authorization import missing_right, right_for, subject_of, with_actor
from octotui.model.space import Access, Team
from tests.world import model, script

TEAMS = {"ops": Team(name="Ops", members=("bob",)), "all": Team(name="All")}


def world(**access: object):
    declared = model({"go": [script("A")]})
    return replace(declared, teams=TEAMS, access=Access(**access))


SAID = {
    commands.StartRun: ("start", "go", commands.StartRun(process="go", requester="eve")),
    commands.CreateRelease: ("start", "shop", commands.CreateRelease(process="shop", requester="eve")),
    commands.CancelRun: ("start", "run-1", commands.CancelRun(run="run-1", by="eve")),
    commands.MoveToTop: ("start", "run-1", commands.MoveToTop(run="run-1", by="eve")),
    commands.CheckHealth: (
        "start",
        "worker1, web1",
        commands.CheckHealth(machines=("worker1", "web1"), by="eve"),
    ),
    commands.DestroyMachine: ("start", "lease-1", commands.DestroyMachine(lease="lease-1", by="eve")),
    commands.AdoptMachine: (
        "start",
        "vm-1 for hosted",
        commands.AdoptMachine(pool="hosted", machine="vm-1", endpoint="ssh://vm-1", by="eve"),
    ),
    commands.GivePassphrase: (
        "start",
        "~/.ssh/deploy",
        commands.GivePassphrase(key="~/.ssh/deploy", passphrase="correct horse", by="eve"),
    ),
    commands.RecordCommand: (
        "start",
        "worker1",
        commands.RecordCommand(machine="worker1", text="true", by="eve"),
    ),
    commands.TakeInterruption: ("answer", "q-1", commands.TakeInterruption(interruption="q-1", user="eve")),
    commands.ReleaseInterruption: (
        "answer",
        "q-1",
        commands.ReleaseInterruption(interruption="q-1", user="eve"),
    ),
    commands.HandOverInterruption: (
        "answer",
        "q-1",
        commands.HandOverInterruption(interruption="q-1", user="eve", to="carl"),
    ),
    commands.AnswerInterruption: (
        "answer",
        "q-1",
        commands.AnswerInterruption(interruption="q-1", user="eve", answer="proceed"),
    ),
}


@pytest.mark.parametrize("kind", get_args(commands.Request))
def test_every_request_needs_a_right_has_a_subject_and_is_who_the_kernel_says(kind) -> None:
    """I8: what a client claims to be counts for nothing."""
    right, subject, request = SAID[kind]
    assert (right_for(request), subject_of(request)) == (right, subject)
    stamped = with_actor(request, "bob", "process 7")
    who = {name: getattr(stamped, name) for name in ("requester", "by", "user") if hasattr(stamped, name)}
    assert set(who.values()) == {"bob"}
    assert stamped.origin == "process 7"


@pytest.mark.parametrize(
    ("access", "user", "may"),
    [
        ({}, "ann", ("read", "start", "answer")),
        ({}, "bob", ()),
        ({"read": ("ops",)}, "bob", ("read",)),
        ({"start": ("ops",)}, "bob", ("read", "start")),
        ({"answer": ("bob",)}, "bob", ("read", "answer")),
        ({"answer": ("all",)}, "carl", ("read", "answer")),
        ({"read": ("ops",), "answer": ("ops",)}, "carl", ()),
    ],
)
def test_i8_rights_are_given_to_teams_and_accounts_and_the_owner_has_all(access, user, may) -> None:
    rights = ("read", "start", "answer")
    found = tuple(each for each in rights if missing_right(world(**access), "ann", user, each) is None)
    assert found == may


def test_a_refusal_says_which_right_is_missing() -> None:
    told = missing_right(world(), "ann", "bob", "start")
    assert told.startswith("bob may not start, cancel or move runs here, or check machines: [access]")
    assert "the right “start”" in told


@pytest.mark.parametrize("more", [{"schedule": "nightly"}, {"due": 1.0}, {"schedule": "", "due": 1e300}])
def test_q5_nobody_says_of_a_run_that_a_schedule_starts_it(more) -> None:
    """V6: what a schedule gives is the model's own, and its times are the clock's."""
    with pytest.raises(commands.Refused, match="the clock alone starts what a schedule says"):
        with_actor(commands.StartRun(process="go", **more), "bob", "process 7")
