"""Fuzzy matches."""

import pytest

from octotui.views.finding.fuzzy import MOST_TEXT, fuzzy_match


@pytest.mark.parametrize(
    "query", ["start tame", "tame prod", "START Kraken", "strt tme prdctn", "production tame", "tam in prod"]
)
def test_words_match_in_any_order_also_by_some_of_their_letters(query: str):
    assert fuzzy_match(query, "start Tame the kraken in Production") is not None


def test_what_is_not_there_does_not_match():
    assert fuzzy_match("start unleash", "start Tame the kraken") is None
    assert fuzzy_match("zzz", "start") is None
    assert fuzzy_match("", "start") is None
    assert fuzzy_match("   ", "start") is None


def test_starts_of_words_go_before_what_is_within_and_that_before_letters():
    texts = ("start Prune", "restarted a run", "so that a roster is")
    scores = [found.score if (found := fuzzy_match("start", each)) else 0.0 for each in texts]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    shorter, longer = fuzzy_match("tame", "start Tame"), fuzzy_match("tame", "start Tame in Production")
    assert shorter is not None
    assert longer is not None
    assert shorter.score > longer.score


def test_it_says_which_characters_match():
    found = fuzzy_match("tame", "start Tame")
    assert found is not None
    assert found.positions == (6, 7, 8, 9)


def test_no_name_makes_it_slow():
    """Textual's own matcher looks at every way to find letters, of which here are more than atoms."""
    assert fuzzy_match("a" * 90 + "b", "a" * MOST_TEXT) is None
    assert fuzzy_match("ab" * 40, "aab" * 10_000) is not None
