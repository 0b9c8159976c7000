"""The command line itself: verbs by name, the app for everything else, and nothing loaded in vain."""

import subprocess
import sys
from pathlib import Path

import pytest

from octotui import __version__
from octotui.cli.main import GROUPS, VERBS
from tests.cli.conftest import OK, ROOT, Call

HEAVY = (
    *("textual", "rich", "sqlite3", "asyncio", "tree_sitter", "tree_sitter_toml", "click", "difflib"),
    *("zoneinfo", "hashlib", "json", "cronsim", "tomli_w", "urllib3", "lark", "regex"),
)
OPENED_LATER = (
    *("sqlite3", "cronsim", "tomli_w", "urllib3", "lark", "regex", "zipfile", "tarfile", "html", "zoneinfo"),
    *("octotui.ui.dialogs", "octotui.ui.panels.pages", "octotui.ui.screens.run_screen"),
    *("octotui.ui.screens.dashboard_screen", "octotui.ui.screens.place_screen"),
    *("octotui.cli.model_files", "octotui.model.checks.all", "octotui.model.toml.convert"),
    *("octotui.runtime.jobs", "octotui.runtime.session", "octotui.runtime.open_space"),
    *("octotui.runtime.server.server", "octotui.workers.local", "octotui.store.packages"),
    *("octotui.store.journal.journal", "octotui.engine.advance", "octotui.variables.filters.registry"),
)
"""What the app on a served space draws its board without: dialogs, other screens, what only servers do."""


def loaded(*arguments: object) -> set[str]:
    """Which of the heavy modules a call of the program loads."""
    code = (
        "import sys\n"
        "from octotui.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    assert not left.code, left.code\n"
        f"sys.stderr.write(' '.join(each for each in {HEAVY!r} if each in sys.modules))\n"
    )
    call = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(
        call, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_help_groups_every_verb_once_in_the_order_they_are_needed(octotui: Call) -> None:
    grouped = [verb for verbs in GROUPS.values() for verb in verbs]
    assert sorted(grouped) == sorted(VERBS)
    lines = octotui("--help").out.partition("Exit codes:")[0].splitlines()
    said = [line.split()[0] for line in lines if line.startswith("  ") and line.split()[0] in VERBS]
    assert said == grouped
    assert [f"{title}:" for title in GROUPS] == [line for line in lines if line[:-1] in GROUPS]


def test_help_lists_every_verb_and_loads_none(octotui: Call) -> None:
    said = octotui("--help")
    assert said.code == 0
    assert all(verb in said.out and told in said.out for verb, told in VERBS.items())
    assert loaded("--help") == {"click"}


def test_check_loads_what_it_needs_and_no_more() -> None:
    assert loaded("check", "configs/kraken.toml") == set()


def test_the_board_is_drawn_without_dialogs_and_what_only_servers_do() -> None:
    """The modules that `octotui FILE` loads where the space has a server already."""
    code = (
        "import sys\n"
        "import octotui.__main__, octotui.cli.main, octotui.cli.verbs.open, octotui.cli.spaces.connection\n"
        "import octotui.ui.app\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "octotui.ui.screens.board" in modules
    assert not modules & set(OPENED_LATER)


def test_no_garbage_is_collected_until_the_verb_is_loaded() -> None:
    code = (
        "import gc, sys\n"
        "from octotui.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(f'{gc.isenabled()} {gc.get_freeze_count() > 1000}')\n"
    )
    said = {}
    for arguments in (["check", "configs/kraken.toml"], ["schema"]):
        call = [sys.executable, "-c", code, *arguments]
        said[arguments[0]] = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert said == {"check": "False False", "schema": "True True"}


def test_run_and_plan_load_no_textual(write: Call, state: Path) -> None:
    model = write(OK)
    for verb in ("run", "plan"):
        assert not loaded(verb, model, "ok", "--state", state) & {"textual", "rich", "tree_sitter"}


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_verb_has_help(octotui: Call, verb: str) -> None:
    said = octotui(verb, "--help")
    assert (said.code, said.err) == (0, "")
    assert f"octotui {verb}" in said.out


def test_version(octotui: Call) -> None:
    assert octotui("--version").out == f"octotui, version {__version__}\n"


def test_anything_else_is_the_file_that_the_app_opens(octotui: Call) -> None:
    said = octotui("missing.toml")
    assert (said.code, said.out) == (2, "")
    assert said.err == "missing.toml: There is no such file; `octotui init` writes one to start from.\n"


@pytest.mark.parametrize(
    "wrong", [["run"], ["run", "a", "b", "c"], ["--sideways"], ["plan", "a", "b", "--proceed"], ["check"]]
)
def test_wrong_usage_is_exit_code_2(octotui: Call, wrong: list[str]) -> None:
    said = octotui(*wrong)
    assert (said.code, said.out) == (2, "")
    assert "Error: " in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["start", "x.toml"],
            'octotui has no verb start, nor is there such a file or space; did you mean "run"?',
        ),
        (
            ["rnu", "x.toml", "ok"],
            'octotui has no verb rnu, nor is there such a file or space; did you mean "run"?',
        ),
        (
            ["list", "x.toml", "--json"],
            'octotui has no verb list, nor is there such a file or space; did you mean "runs"?',
        ),
        (
            ["approve", "x.toml", "run-1"],
            'octotui has no verb approve, nor is there such a file or space; did you mean "proceed"?',
        ),
        (["stauts"], 'octotui has no verb stauts, nor is there such a file or space; did you mean "runs"?'),
        (
            ["rnus", "--json"],
            'octotui has no verb rnus, nor is there such a file or space; did you mean "runs"?',
        ),
        (["Check"], 'octotui has no verb Check, nor is there such a file or space; did you mean "check"?'),
        (
            ["zzz", "--ascii"],
            "octotui has no verb zzz, nor is there such a file or space; octotui --help lists them",
        ),
        (
            ["b\udcff\x1b", "x.toml"],
            r"octotui has no verb b\udcff\x1b, nor is there such a file or space; octotui --help lists them",
        ),
    ],
)
def test_r6_a_word_that_is_neither_a_verb_nor_a_file_is_told(
    octotui: Call, words: list[str], told: str
) -> None:
    said = octotui(*words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "octotui open" not in said.err


def test_r6_behind_a_file_a_word_is_too_many(octotui: Call, write: Call) -> None:
    assert "unexpected extra argument (extra)" in octotui(write(OK), "extra").err


def test_interrupted_while_loading_it_ends_as_shells_expect(
    octotui: Call, write: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: object, **options: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("octotui.cli.verbs.check.check", interrupted)
    assert octotui("check", write(OK)).code == 130


def test_a_reader_that_goes_away_is_no_reason_for_a_traceback(write: Call, state: Path) -> None:
    model = write(OK)
    call = f"{sys.executable} -m octotui run {model} ok --state {state} | head -n 1"
    done = subprocess.run(["bash", "-c", call], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("the model of Small is loaded\n", "")
