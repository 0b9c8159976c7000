"""R6: no verb lets through what a model, a script or a caller writes to deceive who reads."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Call, Said, command
from tests.hostile import HOSTILE, NAME, harmful

TOML = json.dumps(HOSTILE, ensure_ascii=False)
MODEL = f"""
[space]
name = "Hostile"
[pools.setup]
name = "{NAME}"
workers = ["one"]
[environments.test]
name = "{NAME}"
[teams.money]
name = "{NAME}"
[variables]
Bad = {TOML}
"{NAME}" = "#{{Bad}}"
Asked = {{ prompt = {{ label = "{NAME}", help = {TOML}, default = {TOML} }} }}
[schedules.nightly]
name = "{NAME}"
runbook = "bad"
cron = "0 3 * * *"
[projects.shop]
name = "{NAME}"
[[projects.shop.steps]]
name = "{NAME}"
script = "true"
[runbooks.bad]
name = "{NAME}"
[[runbooks.bad.steps]]
name = "{NAME}"
pool = "setup"
script = '''
printf '%s\\n' "$Bad"
printf '\\033[31mred\\033[0m\\n'
echo x > "$(printf 'file\\033[2J')"
new_octopusartifact "$(printf 'file\\033[2J')" "$(printf 'file\\033[2J')"
set_octopusvariable "$(printf 'out\\033[2J')" "$Bad"
update_progress 50 "$Bad"
write_highlight "$Bad"
echo "#{{Nobody\u202e}}"
write_warning "$Bad"
fail_step "$Bad"
'''
[[runbooks.bad.steps]]
name = "Ask {NAME}"
condition = "always"
manual = {{ instructions = {TOML}, teams = ["money"] }}
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.toml"
    path.write_text(MODEL)
    return path


@pytest.fixture
def said(octotui: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line in this process, with something to read."""

    def call(*arguments: object, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        return octotui(*arguments)

    return call


def visible_in(done: Said, *, colours: bool = False) -> Said:
    assert not harmful(done.out, colours=colours), ascii(done.out)
    assert not harmful(done.err), ascii(done.err)
    return done


def test_r6_no_verb_prints_what_a_terminal_would_obey(
    said: Call, model: Path, state: Path, tmp_path: Path
) -> None:
    at = ("--state", state)
    run = visible_in(said("run", model, "bad", "--environment", "test", *at))
    assert run.code == 4
    assert r"failed: x\x1b]52;c;QUJD" in run.out
    for words in (
        ("show", 1), ("show", 1, "--variables"), ("tree", 1), ("events",), ("runs",), ("waits",), ("pools",),
        ("wait", 1), ("dashboard",),
    ):  # fmt: skip
        verb, *rest = words
        done = visible_in(said(verb, model, *rest, *at))
        assert "x\\x1b]52" in done.out or "ad\\u3164min" in done.out or verb in ("waits", "wait"), words
        for line in visible_in(said(verb, model, *rest, "--json", *at)).out.splitlines():
            json.loads(line)
    logs = visible_in(said("logs", model, 1, *at), colours=True).out
    assert "\x1b[31mred\x1b[0m\n" in logs
    assert "x\\x1b]52;c;QUJD\\x1b\\\\x9b31m\\u202egnp" in logs
    assert "\x1b]52" in said("logs", model, 1, "--raw", *at).out
    visible_in(said("logs", model, 1, "--json", *at))
    visible_in(said("audit", model, *at))
    visible_in(said("export", model, "run-1", "-o", tmp_path / "out.zip", *at))
    visible_in(said("replay", tmp_path / "out.zip", "--plain"))
    visible_in(said("replay", tmp_path / "out.zip", "--json"))


def test_r6_nor_what_is_said_of_a_model(said: Call, model: Path, state: Path, tmp_path: Path) -> None:
    at = ("--state", state)
    for words in (
        ("check", model), ("check", model, "--json"), ("variables", model), ("plan", model, "bad", *at),
        ("schedules", model, *at), ("release", model, "shop", "--notes", HOSTILE, *at),
        ("releases", model, "shop", *at),
    ):  # fmt: skip
        done = visible_in(said(*words))
        assert (done.out + done.err).strip(), words
    text = f"{HOSTILE} #{{Bad}} #{{Nobody\x1b}}".encode()
    shown = visible_in(said("render", model, stdin=text))
    assert shown.out.count("x\\x1b]52;c;QUJD") == 2
    assert "--raw prints them as they are" in shown.err
    assert said("render", model, "--raw", stdin=text).out.count("x\x1b]52;c;QUJD") == 2
    broken = tmp_path / "broken.toml"
    broken.write_text(
        f'[space]\nname = "B"\n{TOML} = 1\n[pools.a]\npolicy = {TOML}\n[runbooks.b]\nsteps = {TOML}'
    )
    for more in ((), ("--json",)):
        done = visible_in(said("check", broken, *more))
        assert done.code == 2
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "odd.toml").write_text(
        f'name = "{NAME}"\ndescription = "{NAME}"\n[scripts]\nbash = {TOML}\n'
    )
    for words in (("list",), ("show", "odd")):
        for more in ((), ("--json",)):
            assert visible_in(said("template", *words, model, *more)).code == 0


def test_r6_nor_what_a_caller_says(octotui: Call, model: Path) -> None:
    for words in (
        (f"--{HOSTILE}",), ("run", f"--{HOSTILE}"), ("run", model, HOSTILE), ("check", HOSTILE), (HOSTILE,),
        ("logs", model, 1, "--tail", HOSTILE), ("completion", HOSTILE), ("show", HOSTILE, "1"),
        ("run", model, "bad", "--set", HOSTILE),
        ("template", "show", HOSTILE), ("template", HOSTILE), ("replay", HOSTILE, "--plain"),
    ):  # fmt: skip
        done = visible_in(octotui(*words))
        assert done.code in (1, 2), words
        assert r"\x1b]52" in done.err, words


def test_names_of_files_that_are_no_text_end_nothing(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x9b.toml"
    done = subprocess.run([*command("check"), name], capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert b"\\udcff\\udc9b.toml" in done.stderr
    Path(os.fsdecode(name)).write_text(MODEL.partition("[pools")[0])
    done = subprocess.run([*command("check", "--json"), name], capture_output=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, b"")


def test_r6_at_a_terminal_a_question_shows_what_it_holds(model: Path, state: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        command("run", model, "bad", "--environment", "test", "--state", state),
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    heard = b""
    while b"or leave it? " not in heard:
        heard += os.read(ours, 4096)
    os.write(ours, b"l\n")
    child.wait(20)
    os.close(ours)
    assert not harmful(heard.decode().replace("\r", ""))
    assert heard.count(b"x\\x1b]52;c;QUJD") > 3
