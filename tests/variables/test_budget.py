"""How much work filling in may be."""

import pytest

from octotui.variables.budget import ADVANCE_WORK, TEXT_WORK, Budget, text_budget
from octotui.variables.syntax.nodes import TooMuch


def test_v1_work_is_counted_up_to_a_bound() -> None:
    budget = Budget(100)
    budget.spend(60)
    budget.spend(40)
    with pytest.raises(TooMuch, match="too much work"):
        budget.spend(1)


def test_a_text_takes_from_the_whole_what_it_takes_for_itself() -> None:
    whole = Budget(ADVANCE_WORK)
    for _ in range(ADVANCE_WORK // TEXT_WORK):
        text_budget(whole).spend(TEXT_WORK)
    with pytest.raises(TooMuch):
        text_budget(whole).spend(1)
    with pytest.raises(TooMuch):
        text_budget().spend(TEXT_WORK + 1)


def test_what_could_not_be_counted_takes_all_of_its_text() -> None:
    whole = Budget(ADVANCE_WORK)
    part = text_budget(whole)
    part.spend(5)
    part.exhaust()
    assert (part.left, whole.left) == (0, ADVANCE_WORK - TEXT_WORK)


def test_patterns_end_when_it_is_time() -> None:
    over = False
    budget = Budget(is_over=lambda: over)
    budget.spend_on_pattern()
    over = True
    with pytest.raises(TooMuch, match="takes too long"):
        budget.spend_on_pattern()
