"""V5: what filters make of sensitive values is noted, whichever way those come to them."""

import pytest

from octotui.variables.fill import Filler
from octotui.variables.syntax.sensitive_names import SensitiveNames

VALUES = {
    "S1": "hunter-two",
    "Json": '{"key": "squid-33", "on": "true"}',
    "List": "abcd,efgh",
    "Plain": "in the open",
    "Up": "#{s1 | ToUpper}",
    "Again": "(#{Up})",
    "Chosen": '#{if S1 == "x"}first#{else}second#{/if}',
    "By[hunter-two]": "found",
}


@pytest.mark.parametrize(
    ("text", "derived"),
    [
        ("#{S1 | ToUpper}", ["HUNTER-TWO"]),
        ("a #{ s1 | Substring 3 } b", ["hun"]),
        ("#{S1 | ToUpper | Substring 6}", ["HUNTER"]),
        ("#{Again} #{Again}", ["HUNTER-TWO"]),
        ('#{Again | Replace "-" "+"}', ["HUNTER-TWO", "(HUNTER+TWO)"]),
        ('#{Plain | Replace "open" #{S1}}', ["in the hunter-two"]),
        ("#{Json.key | ToUpper}", ["SQUID-33"]),
        ("#{each x in List}#{x | ToUpper}#{Plain}#{/each}", ["ABCD", "EFGH"]),
        ("#{each x in List}#{each y in x}#{y | ToUpper}#{/each}#{/each}", ["ABCD", "EFGH"]),
        ("#{if S1}#{Plain | ToUpper}#{/if}", []),
        ("#{Chosen | ToUpper}", []),
        ('#{S1 | Contains "two"}', []),
        ("#{S1} #{Plain | ToUpper}", []),
        ("##{S1 | ToUpper}", []),
        ("#{each x in List}#{/each}#{Plain | ToUpper}", []),
    ],
)
def test_v5_what_filters_make_of_a_sensitive_value_is_sensitive(text: str, derived: list[str]) -> None:
    filler = Filler(SensitiveNames(VALUES, ["S1", "Json", "List"]))
    filler.fill_in(text)
    assert list(filler.derived) == derived
    filler.fill_in(text)
    assert list(filler.derived) == derived


def test_names_beside_others_share_what_is_noted() -> None:
    names = SensitiveNames({"S1": "hunter"}, ["S1"])
    filled = Filler(names.beside({"s1": "other", "More": "#{S1 | ToUpper}"})).fill_in("#{More}")
    assert (filled.text, list(names.derived)) == ("HUNTER", ["HUNTER"])
