from pathlib import Path

import pytest

from octotui.model.process import Manual
from octotui.model.values import Prompt
from tests.model.texts import model_of, only_complaint

QUESTION = """
[teams.money]
members = ["ann", "bob"]
[teams.any]
[[runbooks.go.steps]]
name = "Ask"
manual = {{ instructions = "Go on?", {more} }}
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            'teams = ["money"], approvals = 3',
            "approvals: Its teams have fewer members than that (ann, bob); ask for fewer, or add some.",
        ),
        ("approvals = 0", "approvals: Expected a whole number from 1 to 100, not the number 0."),
        ('expires = "0s"', "expires: Nobody could answer in no time; say how long, or remove it."),
        ('on_expiry = "proceed"', 'on_expiry: "on_expiry" goes only with "expires"; remove it.'),
        ('not_requester = "yes"', 'not_requester: Expected true or false, not "yes".'),
        (
            'expires = "1h", on_expiry = "proceed", fields = { Size = {} }',
            "fields.Size: Nobody fills it in when the question expires; "
            "give it a default, or required = false.",
        ),
        (
            "fields = { Size = {}, size = {} }",
            'fields.size: It differs from "Size" in case alone; rename one of them.',
        ),
        (
            'fields = { "manual.Notes" = {} }',
            'fields."manual.Notes": "Manual" holds what octotui says of the answer; call it otherwise.',
        ),
        (
            'fields = { Size = { kind = "select" } }',
            'fields.Size.options: A select offers options; name some in options = ["…"].',
        ),
        (
            'fields = { Key = { kind = "sensitive", default = "hunter22" } }',
            "fields.Key.default: A sensitive value has no default in a file; remove it.",
        ),
        (
            'fields = { "Si#{ze}" = {} }',
            'fields."Si#{ze}": Expected the name of an output variable such as "Size", not "Si#{ze}".',
        ),
    ],
)
def test_a_question_can_be_answered(tmp_path: Path, more: str, said: str) -> None:
    """I6: what it asks fits the people, and its fields their kinds."""
    complaint = only_complaint(tmp_path, QUESTION.format(more=more))
    assert complaint == f'runbooks.go.steps["Ask"].manual.{said}'


def test_a_question_says_all_of_it(tmp_path: Path) -> None:
    """I6: and where a team lists nobody, there are people enough."""
    more = (
        'teams = ["money", "any"], approvals = 3, not_requester = true, expires = "4h", '
        'on_expiry = "proceed", fields = { Size = { label = "How large?", default = 3 } }'
    )
    model = model_of(tmp_path, QUESTION.format(more=more))
    assert model.runbooks["go"].steps[0].action == Manual(
        instructions="Go on?",
        teams=("money", "any"),
        approvals=3,
        not_requester=True,
        expires=4 * 3600.0,
        on_expiry="proceed",
        fields={"Size": Prompt(label="How large?", default="3")},
    )
