"""`octotui export`: a run as one file, in which no secret is."""

import asyncio
import json
import time
import zipfile
from pathlib import Path

import pytest

from octotui.engine.commands import StartRun
from octotui.model.toml.read import load
from octotui.runtime.open_space import open_space
from tests.cli.conftest import ASK, FAIL, OK, Call

SECRETS = """
[variables]
Token = { sensitive = { env = "EXPORT_TOKEN" } }
Pin = { prompt = { label = "Pin", kind = "sensitive" } }
[[runbooks.secrets.steps]]
name = "Print them"
pool = "setup"
script = '''
echo "token $Token pin $Pin"
echo "#{Token}"
set_octopusvariable "Derived" "derived-$((90 + 7))-secret" -sensitive
set_octopusvariable "Open" "with $Token in it"
write_warning "do not lose $Pin"
'''
[[runbooks.secrets.steps]]
name = "Print it"
pool = "setup"
script = 'echo "derived $(get_octopusvariable "Octopus.Action[Print them].Output.Derived")"; exit 3'
"""


def test_v5_no_sensitive_value_is_in_an_export(
    octotui: Call, write: Call, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORT_TOKEN", "tok-5f2c9a")
    model = write(SECRETS)
    assert octotui("run", model, "secrets", "--set", "Pin=pin-8841", "--state", state).code == 1
    out = tmp_path / "out.zip"
    said = octotui("export", model, "run-1", "-o", out, "--artifacts", "--state", state)
    assert (said.code, said.err) == (0, "")
    with zipfile.ZipFile(out) as archive:
        bodies = {name: archive.read(name) for name in archive.namelist()}
    assert b"token ******** pin ********" in bodies["logs/run-1/job-1.1.log"]
    assert b"derived ********" in bodies["logs/run-1/job-1.2.log"]
    for secret in (b"tok-5f2c9a", b"pin-8841", b"derived-97-secret"):
        assert not [name for name, body in bodies.items() if secret in body]
        assert secret not in out.read_bytes()


def test_it_says_what_was_written_and_how_large_it_is(
    octotui: Call, write: Call, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write(OK + ASK)
    octotui("run", model, "ok", "--state", state)
    octotui("run", model, "ask", "--state", state)
    monkeypatch.chdir(tmp_path)
    said = octotui("export", model, "1", "--state", state)
    assert said.code == 0
    last = octotui("replay", "run-1.zip", "--plain").out.partition("  event ")[2].split()
    assert last[0] == last[2], "without --at it is the last event"
    assert said.out.startswith(f"run-1.zip: run-1 and all it started, {last[0]} events, ")
    assert Path("run-1.zip").stat().st_mode & 0o777 == 0o600
    said = octotui("export", model, "run-2", "run-1", "--json", "--state", state)
    told = json.loads(said.out)
    assert (told["path"], told["runs"], told["whole"]) == ("run-2-run-1.zip", ["run-2", "run-1"], False)
    assert told["size"] == Path("run-2-run-1.zip").stat().st_size


def test_what_cannot_be_exported_is_told(octotui: Call, write: Call, state: Path, tmp_path: Path) -> None:
    model = write(OK + FAIL)
    said = octotui("export", model, "run-1", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert "nothing has run in this space" in said.err
    octotui("run", model, "fail", "--state", state)
    assert "the newest is run-1" in octotui("export", model, "run-2", "--state", state).err
    out = tmp_path / "out.zip"
    out.touch()
    said = octotui("export", model, "run-1", "-o", out, "--state", state)
    assert said.err == f"octotui: {out} is there already: choose another name\n"
    assert octotui("export", model, "--state", state).code == 2


async def test_l4_it_says_that_others_were_in_the_way_and_takes_them_along(
    program: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    model = write(OK.replace("echo", "sleep 0.3; echo"))
    model.write_text(model.read_text().replace('["one", "two", "three"]', '["one"]\nexclusive = true'))
    async with open_space(load(model), state, "ann", time.time) as session:
        for _ in range(2):
            await session.send(StartRun(process="ok", requester="ann"))
        alone, both = tmp_path / "alone.zip", tmp_path / "both.zip"
        while len(session.state.families):
            await asyncio.sleep(0.02)
        hint = "it waited for locks that other runs held: with --with-others a replay shows which\n"
        said = await asyncio.to_thread(program, "export", model, "2", "-o", alone, "--state", state)
        assert said.out.endswith(hint)  # beside the session that has the space open
        said = await asyncio.to_thread(
            program, "export", model, "2", "-o", both, "--with-others", "--state", state
        )
        assert not said.out.endswith(hint)
    assert "waits for one" not in program("replay", alone, "--plain").out
    assert (
        "waits for exclusive use of one: run-1 is running “Say hello”"
        in program("replay", both, "--plain").out
    )


def test_a_space_is_taken_by_name(octotui: Call, write: Call, state: Path, tmp_path: Path) -> None:
    octotui("run", write(OK), "ok", "--state", state)
    said = octotui("export", "small", "run-1", "-o", tmp_path / "out.zip", "--state", state)
    assert (said.code, said.err) == (0, "")


def test_where_nothing_can_be_written_the_file_that_was_meant_is_named(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    model, out = write(OK), tmp_path / "none" / "out.zip"
    octotui("run", model, "ok", "--state", state)
    said = octotui("export", model, "run-1", "-o", out, "--state", state)
    assert (said.code, said.err) == (1, f"octotui: {out} cannot be used: No such file or directory\n")
