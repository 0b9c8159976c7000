"""I8: nobody is handed a question who does not exist, and no question stays with an account that is gone."""

from typing import TypeVar

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Command, Refused
from octotui.engine.decide.question_holders import with_accounts
from octotui.engine.events import AnyEvent, InterruptionReleased, InterruptionTaken
from octotui.engine.rules.authorization import with_actor
from octotui.model.space import Access, Team
from tests.world import World, manual, model, script

OWNER = "ann"
C = TypeVar("C", bound=Command)


class Machine:
    """A space of ann's, a question that bob has taken, and the accounts there are."""

    def __init__(self, *accounts: str, teams: tuple[str, ...] = ()) -> None:
        self.accounts = {"ann", "bob", "cem", *accounts}
        declared = model({"go": [manual("Ask", teams), script("B")]}, access=Access(answer=("bob", "cem")))
        self.world = World(replace(declared, teams={"few": Team(name="Few", members=("bob", "cem"))}))
        self.world.start("go")
        self.world.take("bob")

    def looked_up(self, command: C) -> C:
        return with_accounts(command, self.world.state, OWNER, self.accounts.__contains__)

    def ask(self, command: Command) -> tuple[AnyEvent, ...]:
        return self.world.send(self.looked_up(command))

    @property
    def holder(self) -> str | None:
        return self.world.state.interruptions["question-1"].responsible


def take(user: str) -> commands.TakeInterruption:
    return commands.TakeInterruption(interruption="question-1", user=user, origin="pts/1")


def give_back(user: str) -> commands.ReleaseInterruption:
    return commands.ReleaseInterruption(interruption="question-1", user=user, origin="pts/1")


def hand_over(to: str, user: str = "bob") -> commands.HandOverInterruption:
    return commands.HandOverInterruption(interruption="question-1", user=user, to=to)


@pytest.mark.parametrize("name", ["ghost", "Bob", " cem", "cem\0", "../cem", "0"])
def test_i8_a_question_is_handed_to_no_account_that_does_not_exist(name: str) -> None:
    machine = Machine()
    with pytest.raises(Refused) as told:
        machine.ask(hand_over(name))
    assert str(told.value) == f"there is no account “{name}” on this machine: name one that can answer"
    assert machine.holder == "bob"


def test_i8_members_of_a_team_count_only_where_they_exist() -> None:
    machine = Machine(teams=("few",))
    machine.accounts.remove("cem")
    with pytest.raises(Refused, match="there is no account “cem” on this machine"):
        machine.ask(hand_over("cem"))
    machine.accounts.add("cem")
    machine.ask(hand_over("cem"))
    assert machine.holder == "cem"


def test_i6_who_may_not_hand_it_over_hears_that_and_nothing_of_accounts() -> None:
    machine = Machine()
    with pytest.raises(Refused, match="bob has taken “Ask”, and only they may hand it over"):
        machine.ask(hand_over("ghost", "cem"))
    with pytest.raises(Refused, match="name the account that “Ask” is handed over to"):
        machine.ask(hand_over(" "))


def test_i8_the_owner_gives_back_what_an_account_has_that_is_gone() -> None:
    machine = Machine()
    machine.accounts.remove("bob")
    machine.ask(give_back("ann"))
    (event,) = machine.world.happened(InterruptionReleased)
    assert (event.user, event.holder, event.reason, event.origin) == (
        "ann",
        "bob",
        "bob has no account on this machine any more",
        "pts/1",
    )
    assert machine.holder is None
    machine.ask(take("cem"))
    assert machine.holder == "cem"


def test_i8_or_takes_it_at_once_and_both_are_told() -> None:
    machine = Machine()
    machine.accounts.remove("bob")
    assert [type(each) for each in machine.ask(take("ann"))] == [InterruptionReleased, InterruptionTaken]
    assert machine.holder == "ann"


def test_i2_i8_who_is_in_no_team_of_it_frees_it_for_those_who_are() -> None:
    machine = Machine(teams=("few",))
    machine.accounts.remove("bob")
    with pytest.raises(Refused, match="only Few may answer “Ask”, and ann is not a member"):
        machine.ask(take("ann"))
    assert machine.holder == "bob"
    machine.ask(give_back("ann"))
    assert machine.holder is None


@pytest.mark.parametrize(
    ("more", "since"),
    [
        ({"access": Access(answer=("cem",))}, "bob has no right to answer questions here"),
        ({"teams": {"few": Team(name="Few", members=("cem",))}}, "only Few may answer “Ask”, and bob is not"),
    ],
    ids=["right", "team"],
)
def test_i8_so_it_is_where_the_holder_has_lost_the_right_to_answer(more: dict, since: str) -> None:
    machine = Machine(teams=("few",))
    machine.world.send(commands.LoadModel(replace(machine.world.state.model, **more)))
    machine.ask(give_back("ann"))
    (event,) = machine.world.happened(InterruptionReleased)
    assert (event.holder, event.reason.startswith(since)) == ("bob", True)


@pytest.mark.parametrize("command", [take, give_back])
def test_i2_from_who_can_answer_nobody_takes_it(command: object) -> None:
    machine = Machine()
    with pytest.raises(Refused, match=r"^bob has taken “Ask”"):
        machine.ask(command("ann"))  # type: ignore[operator]
    assert machine.holder == "bob"


@pytest.mark.parametrize("command", [take, give_back])
def test_i8_but_the_owner_nobody_takes_it_from_an_account_that_is_gone(command: object) -> None:
    machine = Machine()
    machine.accounts.remove("bob")
    with pytest.raises(Refused, match=r"^bob has taken “Ask”"):
        machine.ask(command("cem"))  # type: ignore[operator]


@pytest.mark.parametrize("command", [take, give_back])
def test_i8_what_a_client_claims_of_a_holder_counts_for_nothing(command: object) -> None:
    machine = Machine()
    claimed = replace(command("cem"), holder="bob", since="bob is gone")  # type: ignore[operator]
    for asked in (machine.looked_up(claimed), with_actor(claimed, "cem", "pts/2")):
        assert (asked.holder, asked.since) == ("", "")


def test_i5_a_question_that_is_not_there_is_left_to_the_engine() -> None:
    machine = Machine()
    unknown = replace(give_back("ann"), interruption="question-9")
    assert machine.looked_up(unknown) == unknown
    other = commands.CancelRun(run="run-1")
    assert machine.looked_up(other) is other
