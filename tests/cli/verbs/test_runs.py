"""The list of runs."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from octotui.cli.verbs.runs import _forecast
from octotui.engine.forecast import UNKNOWN
from octotui.store.saved_views import views_file
from octotui.store.space_folder import space_folder
from octotui.store.user_config import ListSetting, keep_list
from octotui.views import runs
from tests import scenes
from tests.cli.conftest import FAIL, Call, Lived


def test_open_ones_come_first_and_words_filter(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    head, *lines = octotui("runs", model, *state).out.splitlines()
    assert head.split() == [
        "run",
        "title",
        "state",
        "env",
        "start",
        "took",
        "by",
        "worker",
        "wait",
        "step",
        "tenant",
    ]
    assert lines[0].startswith("? run-2 Ask first")
    assert lines[-1].startswith("✔ run-1 ok")
    _, found = octotui("runs", model, "first", "asks", *state).out.splitlines()
    assert found.split()[2:5] == ["Ask", "first", "asks"]
    assert octotui("runs", model, "nothing", "such", *state).out == (
        "no run matches: octotui runs FILE without a filter lists all of them\n"
    )
    assert octotui("runs", model, "nothing", "such", "--json", *state).out == ""


def table(said: str) -> list[list[str]]:
    return [line.split() for line in said.splitlines()]


def test_columns_and_order_can_be_said(octotui: Call, lived: Lived) -> None:
    """Whatever the app has; a column may be sorted by that is not shown."""
    model, *state = lived.at
    ids = [row[0] for row in table(octotui("runs", model, "--columns", "id", "--sort", "id", *state).out)]
    assert ids[0] == "run"
    assert ids[1:] == sorted(ids[1:], key=lambda each: int(each[4:]))
    back = table(octotui("runs", model, "--columns", "state, id", "--sort", "-id", *state).out)
    assert back[0] == ["state", "run"]
    assert [row[-1] for row in back[1:]] == ids[:0:-1]
    told = octotui("runs", model, "--json", "--sort", "-id", *state).out.splitlines()
    assert [json.loads(line)["id"] for line in told] == ids[:0:-1]


def test_a_column_that_there_is_not_is_a_sentence(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    for option, text in (("--columns", "id,strated"), ("--sort", "-strated")):
        said = octotui("runs", model, option, text, *state)
        assert (said.code, said.out) == (2, "")
        assert said.err == 'octotui: there is no column “strated”; did you mean "started"?\n'


def test_columns_are_called_by_their_heads_too(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    heads = octotui("runs", model, "--columns", "run,env,start,took,id", "--sort", "-start", *state)
    assert (
        heads.out
        == octotui(
            "runs", model, "--columns", "id,environment,started,duration", "--sort", "-started", *state
        ).out
    )
    assert table(heads.out)[0] == ["run", "env", "start", "took"]
    for none in ("", " ,"):
        said = octotui("runs", model, "--columns", none, *state)
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
        assert '--columns needs the name of a column; known: "sign", "id", "title"' in said.err


def test_lines_of_chosen_columns_are_cut_to_a_terminal(
    octotui: Call, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the output is no terminal they are whole, without trailing spaces."""
    model, *state = lived.at
    chosen = ("--columns", "run,title,state,wait")
    whole = octotui("runs", model, *chosen, *state).out.splitlines()
    assert max(map(len, whole)) > 50
    assert all(line == line.rstrip() for line in whole)
    monkeypatch.setattr("octotui.cli.verbs.runs.terminal_width", lambda: 50)
    cut = octotui("runs", model, *chosen, *state).out.splitlines()
    assert max(map(len, cut)) <= 50
    assert cut[0].split() == whole[0].split()


def test_what_the_app_has_kept_is_used(
    octotui: Call, lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns that this version does not know are left out, and options go before."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    model, *state = lived.at
    keep_list("runs", ListSetting(("id", "future", "by"), "-id"))
    rows = table(octotui("runs", model, *state).out)
    assert rows[0] == ["run", "by"]
    assert rows[1][0] > rows[-1][0]
    assert table(octotui("runs", model, "--columns", "title", *state).out)[0] == ["title"]


def test_r11_times_are_told_in_utc_where_that_is_asked_for(
    octotui: Call, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, *state = lived.at
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Kathmandu")  # UTC+05:45
        time.tzset()
        told = [
            table(octotui("runs", model, "first", "--columns", "queued", *more, *state).out)[1]
            for more in ((), ("--utc",))
        ]
    time.tzset()
    minutes = [int(each[-1][:2]) * 60 + int(each[-1][3:]) for each in told]
    assert (minutes[0] - minutes[1]) % 1440 == 345


def test_json_is_a_record_a_line(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = octotui("runs", model, "--json", "--limit", 2, *state).out.splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == 2
    assert {"id", "process", "state", "queued_at"} <= set(found[0])


def ids(text: str) -> list[str]:
    """The second column of each line but the head line."""
    return [line.split()[1] for line in text.splitlines()[1:]]


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
        ("x" * 1001, "a word of a filter has 1000 characters at most"),
        ("env:" + "x" * 1001, "a word of a filter has 1000 characters at most"),
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


@pytest.mark.parametrize("worker", ["built-in", "gone"])
def test_a_worker_in_an_older_space_is_not_unknown(octotui: Call, lived: Lived, worker: str) -> None:
    """Its index has no workers: that is said, not that there is no such worker."""
    model, *state = lived.at
    assert octotui("stop", model, *state).code == 0
    with closing(sqlite3.connect(space_folder("small", lived.state).journal)) as database:
        database.execute("PRAGMA user_version = 3")
    done = octotui("runs", model, f"worker:{worker}", *state)
    assert "an older octotui wrote this space" in done.err
    assert (done.code, done.out) == (1, "")


PARENT = """
[runbooks.parent]
name = "Parent"
[[runbooks.parent.steps]]
name = "Go"
runbook = "fail"
condition = "always"
"""


def test_a_family_is_one_line_or_unfolded_and_a_filter_finds_children(
    octotui: Call, write: Call, state: Path
) -> None:
    """What is listed of a family does not depend on the page it is on."""
    model = write(FAIL + PARENT)
    octotui("run", model, "parent", "--state", state)
    octotui("run", model, "fail", "--state", state)

    def listed(*arguments: object) -> list[str]:
        return octotui("runs", model, *arguments, "--columns", "id,title", "--state", state).out.splitlines()[
            1:
        ]

    assert listed() == ["run-3 fail", "run-2 fail", "run-1 Parent"]
    assert listed("--families") == ["run-3 fail", "run-1 ▸1 Parent"]
    assert listed("--unfold") == ["run-3 fail", "run-1 ▾1 Parent", "run-2   fail"]
    assert listed("--families", "--limit", 1) == ["run-3 fail"]
    assert listed("--families", "run-2") == ["run-1 ▾1 Parent", "run-2   fail"]
    assert listed("--unfold", "--limit", 2, "--sort", "id") == [
        "run-1 ▾1 Parent",
        "run-2   fail",
        "run-3 fail",
    ]
    records = octotui("runs", model, "--unfold", "--json", "--state", state).out.splitlines()
    assert [json.loads(each)["id"] for each in records] == ["run-3", "run-1", "run-2"]


@pytest.mark.parametrize(
    ("columns", "sort", "is_made"),
    [((), "", True), (("eta",), "", True), (("run", "state"), "", False), (("run",), "-left", True)],
)
def test_e3_waits_say_how_long_they_last_where_they_are_listed(
    columns: tuple[str, ...], sort: str, *, is_made: bool
) -> None:
    """As `octotui waits` does, in the usual columns too; no forecast is made that nothing shows."""
    scene = scenes.estimated()
    coming = _forecast(scene.state, scene.now, ListSetting(columns, sort), as_json=False)
    assert (coming is not UNKNOWN) == is_made
    row = runs.row(scene.state, "run-18", scene.now, coming=coming)
    assert row is not None
    assert ("· about 10s more" in row.detail) == is_made
