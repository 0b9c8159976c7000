"""The list of runs."""

import json

import pytest

from octotui.store.saved_views import views_file
from tests.cli.conftest import Call, Lived


def test_open_ones_come_first_and_words_filter(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = octotui("runs", model, *state).out.splitlines()
    assert lines[0].startswith("run-2  asks")
    assert lines[-1].startswith("run-1  succeeded")
    (found,) = octotui("runs", model, "first", "asks", *state).out.splitlines()
    assert found.startswith("run-2  asks  ")
    assert "Ask first" in found
    assert octotui("runs", model, "nothing", "such", *state).out == ""


def test_json_is_a_record_a_line(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = octotui("runs", model, "--json", "--limit", 2, *state).out.splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == 2
    assert {"id", "process", "state", "queued_at"} <= set(found[0])


def ids(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()]


def test_the_language_of_the_app_finds_open_and_ended_runs(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    for words, found in (
        (("state:succeeded",), ["run-1"]),
        (("is:asking",), ["run-2", "run-3"]),
        (("-state:succeeded", "is:ended"), []),
        (("state:succeeded,queued", "since:1h"), ["run-5", "run-1"]),
        (("state:succeeded until:1h",), []),
        (('runbook:"Ask first"', "is:open"), ["run-2"]),
        (("runbook:Ask first",), ["run-2"]),
        (("Ask first",), ["run-2"]),
        (("-Ask first", "is:asking"), ["run-3"]),
        (("run-1",), ["run-1"]),
    ):
        assert ids(octotui("runs", model, *words, *state).out) == found, words


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("staet:failed", 'there is no key “staet”; did you mean "state"?'),
        ("state:faild", '“faild” is not a value of “state”; did you mean "failed"?'),
        ("runbook:Ask firts", 'there is no runbook “Ask firts”; did you mean "Ask first"?'),
        ("since:noon", "since: expected a time such as"),
        ("--limt", "there is no option --limt"),
    ],
)
def test_what_is_no_filter_is_one_sentence(octotui: Call, lived: Lived, word: str, sentence: str) -> None:
    model, *state = lived.at
    done = octotui("runs", model, word, *state)
    assert sentence in done.err
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)


def test_a_saved_view_is_named_and_narrowed(
    octotui: Call, lived: Lived, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    model, *state = lived.at
    people = octotui("runs", model, "--view", "Waits for people", *state)
    assert ids(people.out) == ["run-2", "run-3"]
    narrowed = octotui("runs", model, "--view", "waits for people", "first", *state)
    assert ids(narrowed.out) == ["run-2"]
    wrong = octotui("runs", model, "--view", "falures", *state)
    assert 'there is no view “falures”; did you mean "failures"?' in wrong.err
    views_file().parent.mkdir(parents=True)
    views_file().write_text("[views]\nmine = 'state:succeeded'\n")
    assert ids(octotui("runs", model, "--view", "mine", *state).out) == ["run-1"]
    views_file().write_text("[views")
    broken = octotui("runs", model, "--view", "mine", *state)
    assert "This is not TOML" in broken.err
