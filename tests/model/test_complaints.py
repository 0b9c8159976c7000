from octotui.model.complaints import (
    Complaint,
    ModelError,
    bounded_suggestions,
    did_you_mean,
    key_meant,
    key_text,
    listing,
)


def test_a_complaint_reads_as_place_key_and_sentence() -> None:
    assert str(Complaint("a.toml", 3, 7, "pools.x", "It is wrong.")) == "a.toml:3:7: pools.x: It is wrong."


def test_a_complaint_about_a_whole_file_has_neither_line_nor_key() -> None:
    assert str(Complaint("a.toml", 0, 0, "", "There is no such file.")) == "a.toml: There is no such file."


def test_an_error_holds_complaints_by_file_line_and_column() -> None:
    places = [("b", 1, 1), ("a", 10, 1), ("a", 2, 9), ("a", 2, 1)]
    error = ModelError(Complaint(*place, "", "x") for place in places)
    assert [(each.file, each.line, each.column) for each in error.complaints] == sorted(places)
    assert str(error).splitlines() == ["a:2:1: x", "a:2:9: x", "a:10:1: x", "b:1:1: x"]


def test_the_nearest_name_is_offered_whatever_its_case() -> None:
    assert did_you_mean("setpu", ["west", "Setup"]) == '; did you mean "Setup"?'


def test_where_no_name_is_near_all_are_listed() -> None:
    assert did_you_mean("zzz", ["setup", "west", "west"]) == '; known: "setup", "west".'


def test_where_nothing_is_declared_it_says_so() -> None:
    assert did_you_mean("zzz", []) == "; none is declared."


def test_a_long_listing_is_cut() -> None:
    assert listing(["a", "b", "c"], most=2) == '"a", "b" and 1 more'


def test_a_key_names_the_step_or_counts_from_one() -> None:
    tables = {"runbooks": {"x": {"steps": [{"name": "One"}, {}]}}, "variables": {"a.b": "text"}}
    assert key_text(("runbooks", "x", "steps", 0, "pool"), tables) == 'runbooks.x.steps["One"].pool'
    assert key_text(("runbooks", "x", "steps", 1), tables) == "runbooks.x.steps[2]"
    assert key_text(("variables", "a.b", 0, "pool"), tables) == 'variables."a.b".pool'


def test_an_unknown_key_is_offered_what_it_is_called_here_or_the_nearest_three() -> None:
    keys = ["name", "time_limit", "retries", "condition", "script", "pool", "packages"]
    assert key_meant("timeout", keys) == '; did you mean "time_limit"?'
    assert key_meant("environments", ["environment", "tenant"]) == '; did you mean "environment"?'
    assert key_meant("retires", keys) == '; did you mean "retries"?'
    assert key_meant("zzz", keys).count('"') == 6
    assert key_meant("timeout", ["a", "b"]) == '; known: "a", "b".'


def test_of_very_many_unknown_names_the_first_are_told_what_was_meant() -> None:
    """A broken model may have as many unknown names as it has names."""
    known = [f"name-{number}" for number in range(1000)]
    with bounded_suggestions(5000):
        meant = [did_you_mean(f"nam-{number}", known) for number in range(100)]
        assert did_you_mean("a", (1 / 0 for _ in "never looked at")) == "."  # type: ignore[misc]
    assert meant[0] == '; did you mean "name-0"?'
    assert meant.index(".") == 5
    assert did_you_mean("nam-1", known) == '; did you mean "name-1"?'
