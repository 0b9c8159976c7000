"""What a list shows of lines that were found."""

from octotui.views.finding.found_lines import count_of, parts_of


def test_a_match_is_shown_with_what_stands_beside_it():
    assert parts_of("the disk is full", (4, 8)) == ("the ", "disk", " is full")
    assert parts_of("no match", (0, 0)) == ("", "", "no match")


def test_of_long_lines_no_more_is_kept_than_is_shown():
    before, match, behind = parts_of("a" * 90_000 + "b" * 50_000 + "c" * 9, (90_000, 140_000))
    assert before == "…" + "a" * 24
    assert (match, behind) == ("b" * 400, "")
    assert len(before + match + behind) < 500


def test_counts_are_said_in_words():
    assert count_of(0, 0, 0) == ""
    assert count_of(1, 1, 1) == "1 line of 1 job in 1 run"
    assert count_of(2000, 3, 2) == "2,000 lines of 3 jobs in 2 runs"
