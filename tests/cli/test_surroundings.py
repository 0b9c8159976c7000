"""Every verb in odd surroundings: one sentence and a documented exit code, and never a traceback.

The verbs, and what each takes, are read from the command line itself, so that a new verb joins by itself.
Each is tried in every third of the surroundings, and each option with one odd word; in all and with two by
`OCTOTUI_SURROUNDINGS=all`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
import pytest
from msgspec.structs import replace

from octotui.cli.main import VERBS, cli
from octotui.store.space_folder import SpaceFolder
from tests.cli.conftest import ASK, GREETING, HEAD, OK, ROOT, command
from tests.servers import end_servers

SHARE = 1 if os.environ.get("OCTOTUI_SURROUNDINGS") == "all" else 3
CODES = {0, 1, 2, 3, 4, 5}
NO_READER = 141
PROJECT = """
[runbooks.asks]
[[runbooks.asks.steps]]
name = "Ask"
manual = { instructions = "Well?" }
[projects.shop]
name = "Shop"
lifecycle = "all"
[[projects.shop.steps]]
name = "Say hello"
pool = "setup"
script = "echo deployed"
[lifecycles.all]
phases = [{ name = "All", environments = ["test", "live"] }]
[schedules.nightly]
runbook = "ok"
cron = "0 3 * * *"
"""
BYTES = "b\udcff\udcfe"
LONG = "x" * 100_000
CONTROL = "\x1b]0;title\x07\r\x7f\u202e"


class Space(NamedTuple):
    """A space that is served, in which something has run and something asks."""

    folder: Path
    model: Path
    state: Path
    held: Path
    export: Path
    backup: Path


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A call and its surroundings; `here` is a file that is looked at afterwards."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    cwd_gone: bool = False
    stdin: str = "/dev/null"
    stdout: str = "here"
    stderr: str = "here"


class Caller:
    """Calls the command line in forks of one process (`surroundings.py`)."""

    def __init__(self) -> None:
        program = [sys.executable, "-m", "tests.cli.surroundings"]
        self._process = subprocess.Popen(
            program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, case: Case) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(msgspec.to_builtins(case)) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def call() -> Iterator[Caller]:
    caller = Caller()
    yield caller
    caller.close()


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    folder = tmp_path_factory.mktemp("odd")
    space = Space(
        folder=folder,
        model=folder / "model.toml",
        state=folder / "state",
        held=folder / "held",
        export=folder / "run-1.zip",
        backup=folder / "small.tar.gz",
    )
    space.model.write_text(HEAD + GREETING + OK + ASK + PROJECT)
    at = (space.model, "--state", space.state)

    def octotui(*arguments: object) -> None:
        assert subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, check=False).returncode in (
            0,
            4,
        )

    octotui("run", at[0], "ok", *at[1:], "--detach")
    octotui("run", at[0], "ask", *at[1:], "--detach")
    octotui("wait", *at, "run-1", "run-2")
    octotui("release", at[0], "shop", *at[1:])
    octotui("export", at[0], "run-1", *at[1:], "-o", space.export)
    octotui("backup", at[0], space.backup, *at[1:])
    with SpaceFolder(space.held, "small"):
        yield space
    for state in ("state", "elsewhere/octotui", "home/.local/state/octotui", f"state-{BYTES}"):
        end_servers(folder / state)


def verbs() -> dict[str, click.Command]:
    """What the command line has, with what is within its groups."""
    found: dict[str, click.Command] = {}
    for name in VERBS:
        verb = cli.get_command(click.Context(cli), name)
        assert verb is not None
        inner = verb.commands if isinstance(verb, click.Group) else {"": verb}
        found |= {f"{name} {each}".strip(): command for each, command in inner.items()}
    return found


ALL = verbs()
GROUPED = {name.split()[0] for name in ALL if " " in name}


def arguments(verb: str, space: Space) -> list[str]:
    """What a verb takes, as it would be typed; an argument that nobody has heard of is a word."""
    known: dict[str, object] = {
        "file": space.model,
        "space": space.model,
        "run": "run-1",
        "runs": "run-1",
        "words": "ok",
        "question": "run-2",
        "process": "ok",
        "runbook": "ok",
        "project": "shop",
        "account": "nobody",
        "out": space.export,
        "backup": space.backup,
        "dest": space.folder / "backups.tar.gz",
        "shell": "bash",
        "name": "http-request",
    }
    own: dict[str, list[object]] = {
        "init": [space.folder / "starter.toml"],
        "export": [space.model, "run-1", "--output", space.folder / "out.zip"],
        "replay": [space.export, "--plain"],
        "deploy": [space.model, "shop", "--environment", "test"],
        "web": [space.model, "--url", "http://ops"],  # so that it is refused, and ends
    }
    given = own.get(verb) or [
        known.get(param.name or "", "word") for param in ALL[verb].params if isinstance(param, click.Argument)
    ]
    return [*verb.split(), *map(str, given)]


def states(verb: str) -> bool:
    return any(param.name == "state" for param in ALL[verb].params)


def plain(verb: str, space: Space) -> Case:
    """A verb in the surroundings it expects."""
    own = {"restore": space.folder / "restored", "serve": space.held}  # so that it is refused, and ends
    state = ["--state", str(own.get(verb, space.state))] if states(verb) else []
    home = str(space.folder / "home")
    Path(home).mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm", "LANG": "C.UTF-8"}
    stdin = str(space.model) if verb == "render" else "/dev/null"
    return Case(argv=[*arguments(verb, space), *state], env=env, cwd=str(space.folder), stdin=stdin)


def with_env(case: Case, **env: str) -> Case:
    return replace(case, env=case.env | env)


def without_env(case: Case, *names: str) -> Case:
    return replace(case, env={name: value for name, value in case.env.items() if name not in names})


def without_state(case: Case, space: Space) -> Case:
    return replace(case, argv=[each for each in case.argv if each not in ("--state", str(space.state))])


def gone(case: Case, space: Space, *, relative: bool = False) -> Case:
    folder = space.folder / "gone"
    folder.mkdir(exist_ok=True)
    argv = [each.replace(f"{space.folder}/", "") for each in case.argv] if relative else case.argv
    return replace(case, cwd=str(folder), cwd_gone=True, argv=argv)


def said(case: Case, space: Space, word: str) -> Case:
    """Each argument, path or text, is this word."""
    keep = len(case.argv[0].split()) + (case.argv[0] in GROUPED)
    at = case.argv.index("--state") if "--state" in case.argv else len(case.argv)
    words = [each if each.startswith("-") else word for each in case.argv[keep:at]]
    return replace(case, argv=[*case.argv[:keep], *words, *case.argv[at:]])


def at(case: Case, space: Space, folder: str) -> Case:
    """A model and a state directory of that name."""
    place = space.folder / folder
    if not place.exists():
        place.mkdir()
        (place / "model.toml").write_bytes(space.model.read_bytes())
    return replace(
        case, argv=[each.replace(str(space.model), str(place / "model.toml")) for each in case.argv]
    )


def kept_at(case: Case, space: Space, folder: str) -> Case:
    """A state directory of that name, in which the same has happened."""
    state = str(space.folder / folder)
    if not Path(state).exists():
        subprocess.run(command("restore", space.backup, "--state", state), cwd=ROOT, check=True)
    return replace(case, argv=[state if each == str(space.state) else each for each in case.argv])


def model(case: Case, space: Space, text: str) -> Case:
    broken = space.folder / f"broken-{len(text)}.toml"
    broken.write_text(text)
    return replace(case, argv=[str(broken) if each == str(space.model) else each for each in case.argv])


def completing(case: Case, space: Space, *, shell: str, last: str = "") -> Case:
    """What a shell asks when somebody presses tab."""
    words = ["octotui", *case.argv, last]
    words_of = " ".join(words) if shell == "bash" else "\n".join(words)
    asked = {"COMP_WORDS": words_of, "COMP_CWORD": str(len(words) - 1)}
    return replace(with_env(case, _OCTOTUI_COMPLETE=f"{shell}_complete", **asked), argv=[])


def reading(case: Case, space: Space, stdin: str) -> Case:
    """Where a verb reads something from stdin, it does."""
    takes_values = any(param.name == "pairs" for param in ALL[verb_of(case)].params)
    more = ["--set", "Greeting=-"] if takes_values and case.argv[0] != "render" else []
    return replace(case, argv=[*case.argv, *more], stdin=stdin)


def verb_of(case: Case) -> str:
    return " ".join(case.argv[: 1 + (case.argv[0] in GROUPED)])


Arrange = Callable[[Case, Space], Case]
SURROUNDINGS: dict[str, Arrange] = {
    "as usual": lambda case, space: case,
    "output is full": lambda case, space: replace(case, stdout="/dev/full"),
    "output has no reader": lambda case, space: replace(case, stdout="gone"),
    "output is closed": lambda case, space: replace(case, stdout="closed"),
    "all is closed": lambda case, space: replace(case, stdin="closed", stdout="closed", stderr="closed"),
    "input cannot be read": lambda case, space: reading(case, space, "/dev/null written"),
    "input is endless": lambda case, space: reading(case, space, "/dev/zero"),
    "input is closed": lambda case, space: reading(case, space, "closed"),
    "errors are full": lambda case, space: replace(case, stderr="/dev/full", argv=[*case.argv, "--nothing"]),
    "help is full": lambda case, space: replace(case, stdout="/dev/full", argv=[*case.argv, "--help"]),
    "help without a reader": lambda case, space: replace(case, stdout="gone", argv=[*case.argv, "--help"]),
    "the folder is gone": gone,
    "the folder is gone, and paths are relative": lambda case, space: gone(case, space, relative=True),
    "nothing is set": lambda case, space: replace(case, env={}),
    "ASCII, dumb, tiny": lambda case, space: with_env(
        case, LC_ALL="C", PYTHONIOENCODING="ascii", TERM="dumb", COLUMNS="1", LINES="1"
    ),
    "nothing can be written": lambda case, space: without_state(
        with_env(
            case, **dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"), "/dev/null/x")
        ),
        space,
    ),
    "HOME is nonsense": lambda case, space: without_state(
        with_env(case, HOME="not/absolute", XDG_STATE_HOME=str(space.folder / "elsewhere")), space
    ),
    "a shell completes": lambda case, space: completing(case, space, shell="bash"),
    "a shell completes options": lambda case, space: completing(case, space, shell="zsh", last="--"),
    "a shell completes nonsense": lambda case, space: completing(
        said(case, space, CONTROL), space, shell="fish", last=BYTES
    ),
    "a shell completes what is nowhere": lambda case, space: completing(
        said(case, space, "nowhere"), space, shell="bash"
    ),
    "words are no UTF-8": lambda case, space: said(case, space, BYTES),
    "words are very long": lambda case, space: said(case, space, LONG),
    "words are control characters": lambda case, space: said(case, space, CONTROL),
    "words are empty": lambda case, space: said(case, space, ""),
    "words are device files": lambda case, space: said(case, space, "/dev/null"),
    "paths are no UTF-8": lambda case, space: at(case, space, BYTES),
    "the state directory is no UTF-8": lambda case, space: kept_at(case, space, f"state-{BYTES}"),
    "the model is deep": lambda case, space: model(case, space, f"a = {'[' * 5000}{']' * 5000}\n"),
    "the model is as deep as it may be": lambda case, space: model(
        case, space, f"a = {'[' * 240}{']' * 240}\n"
    ),
    "the model is deep in names": lambda case, space: model(
        case, space, f"[{'.a' * 1500}]\n".replace(".", "", 1)
    ),
    "the model is no text": lambda case, space: model(case, space, '[space]\nname = "\\u0000"\n'),
    "the space's name is a table": lambda case, space: model(case, space, "space = [1]\n"),
}


def problem(case: Case, done: dict[str, Any]) -> str:
    """What is wrong with how a case ended, or nothing."""
    code, err = done["code"], done["err"]
    if "Traceback" in err + done["out"]:
        return "\n".join((err + done["out"]).splitlines()[-8:])
    if code not in ({*CODES, NO_READER} if case.stdout == "gone" else CODES):
        return f"exit code {code}: {err}"
    if case.stdout in ("/dev/full", "gone") and code == 0:
        return "it does not tell that its output is lost"
    if case.stderr == "here" and code in (1, 2, NO_READER) and bool(err.strip()) != (code != NO_READER):
        return f"exit code {code}, and it says {err!r}"
    return ""


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_r6_every_verb_ends_in_a_sentence(call: Caller, space: Space, name: str) -> None:
    problems: list[str] = []
    for verb in [*ALL][[*SURROUNDINGS].index(name) % SHARE :: SHARE]:
        case = SURROUNDINGS[name](plain(verb, space), space)
        found = problem(case, call(case))
        if found:
            problems.append(f"{verb}: {found}")
    assert not problems, "\n".join(problems)


def options(verb: str) -> Iterator[list[str]]:
    """Each option of a verb that takes a text, a path or a number, with two odd words in turn."""
    words = (BYTES, LONG, CONTROL, "", "99999999999999999999", "-1", "/dev/null")
    for at, param in enumerate(ALL[verb].params, len(verb)):
        if isinstance(param, click.Option) and not param.is_flag and param.name not in ("state", "ready"):
            for word in (words[at % len(words)], words[(at + 3) % len(words)])[: 2 if SHARE == 1 else 1]:
                pair = param.metavar is not None and "=" in param.metavar
                yield [param.opts[-1], f"x={word}" if pair else word]


@pytest.mark.parametrize("part", range(2))
def test_r6_every_option_ends_in_a_sentence(call: Caller, space: Space, part: int) -> None:
    problems: list[str] = []
    for verb in [*ALL][part::2]:
        case = plain(verb, space)
        for more in options(verb):
            found = problem(case, call(replace(case, argv=[*case.argv, *more])))
            if found:
                problems.append(f"{verb} {more[0]} {more[1][:20]!r}: {found}")
    assert not problems, "\n".join(problems)
