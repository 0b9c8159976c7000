"""V5: sensitive values are read where they are declared, or a sentence says why not."""

import asyncio
import sys
import time
from pathlib import Path

import keyring
import keyring.backend
import pytest
from keyring.errors import KeyringLocked

from octotui.model.complaints import SourcePosition
from octotui.model.space import Feed, Model, Space, Value
from octotui.model.values import Secret
from octotui.runtime.jobs import secret_sources
from octotui.runtime.jobs.secret_sources import (
    LARGEST,
    UnreadableSecret,
    check_here,
    check_secrets,
    own_secrets,
    read_secret,
    unreadable_here,
)


def read(**where: object) -> str:
    return asyncio.run(read_secret(Secret(**where)))  # type: ignore[arg-type]


def problem(**where: object) -> str:
    """Why a value cannot be read."""
    with pytest.raises(UnreadableSecret) as told:
        read(**where)
    return str(told.value)


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter22")
    assert read(env="DATABASE_PASSWORD") == "hunter22"
    monkeypatch.delenv("DATABASE_PASSWORD")
    assert problem(env="DATABASE_PASSWORD") == "the environment variable DATABASE_PASSWORD is not set"


def test_v5_a_command_is_not_given_what_other_secrets_are_read_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter22")
    monkeypatch.setenv("VAULT_ADDR", "http://vault")
    show = Secret(command=("/bin/sh", "-c", "echo value $DATABASE_PASSWORD $VAULT_ADDR"))
    assert asyncio.run(read_secret(show)) == "value hunter22 http://vault"
    assert asyncio.run(read_secret(show, {"DATABASE_PASSWORD"})) == "value http://vault"


@pytest.mark.parametrize("written", [b"hunter22", b"hunter22\n", b"hunter22\r\n"])
def test_a_file_without_the_end_of_its_last_line(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "password").write_bytes(written)
    assert read(file=str(tmp_path / "password")) == "hunter22"


def test_a_file_of_many_lines_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("-----\nabc\n\n-----\n\n")
    assert read(file=str(tmp_path / "key")) == "-----\nabc\n\n-----\n"


def test_files_that_are_no_use(tmp_path: Path) -> None:
    path = tmp_path / "password"
    assert problem(file=str(path)) == f"there is no file {path}"
    assert problem(file=str(tmp_path)) == f"there is no file {tmp_path}"
    path.write_bytes(b"\xef\xbb\xbfhunter22\r\n")
    assert read(file=str(path)) == "hunter22"
    path.write_bytes(b"\xff\xfe\xfd\xfc")
    assert problem(file=str(path)) == f"{path} is not text in UTF-8"
    path.write_bytes(b"x" * (LARGEST + 1))
    assert problem(file=str(path)) == f"{path} is larger than 64 KiB"
    path.write_bytes(b"hunter\x0022")
    assert problem(file=str(path)) == "it holds a NUL character, which no script can be given"


@pytest.mark.parametrize("short", ["", "a", "abc", "abc\n"])
def test_what_is_too_short_to_be_masked_is_refused(tmp_path: Path, short: str) -> None:
    """V5: fewer than 4 characters; the sentence does not tell them."""
    (tmp_path / "password").write_text(short)
    told = problem(file=str(tmp_path / "password"))
    assert told == "it has fewer than 4 characters, which cannot be masked: make it longer"


def test_what_a_command_prints() -> None:
    """V5: a list of arguments, without a shell."""
    assert read(command=(sys.executable, "-c", "print('$HOME *')")) == "$HOME *"


def test_commands_that_are_no_use() -> None:
    assert problem(command=("no-such-program-here",)) == (
        "no-such-program-here cannot be started: No such file or directory"
    )
    assert problem(command=("a\0b",)) == "a\0b cannot be started: it is no name of a program"
    assert problem(command=("sh", "-c", "echo hunter22; exit 3")) == "sh ended with exit code 3"
    assert problem(command=("sh", "-c", "yes hunter22")) == "what sh prints is larger than 64 KiB"


@pytest.mark.parametrize("script", ["yes hunter22", "head -c 300000 /dev/zero"])
def test_a_command_that_prints_too_much_is_ended_however_full_its_pipe_is(script: str) -> None:
    for _ in range(20):
        assert problem(command=("sh", "-c", script)) == "what sh prints is larger than 64 KiB"


def test_a_command_may_not_take_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """S5: it is ended with what it started."""
    monkeypatch.setattr(secret_sources, "PATIENCE", 0.2)
    begun = time.monotonic()
    assert problem(command=("sh", "-c", "sleep 60 & sleep 60")) == "sh has not answered within 0 seconds"
    assert time.monotonic() - begun < 30


class Ring(keyring.backend.KeyringBackend):
    """A keyring with one entry."""

    priority = 1.0  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise KeyringLocked("it has hunter22 in it")
        return {("octotui", "deploy/er"): "hunter22"}.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


def test_an_entry_of_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", Ring())
    assert read(keyring="octotui/deploy/er") == "hunter22"
    assert problem(keyring="octotui/nobody") == "the keyring has no entry octotui/nobody"
    assert problem(keyring="locked/deploy") == "the keyring cannot be read: KeyringLocked"


def test_the_keyring_library_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert problem(keyring="octotui/deploy") == (
        "the keyring library is not installed: install octotui[keyring]"
    )


def test_v5_what_octotui_reads_for_itself_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of feeds, and the passwords of proxies, as they are written and as they are meant."""
    for name, value in {
        "TOKEN": " token-1 \n",
        "HTTPS_PROXY": "http://me:p%40ss/word@proxy:1",
        "http_proxy": "http://proxy:1",
        "ftp_proxy": "http://me:a%40bcd@proxy:1/x:y@z",
        "OTHER": "http://me:password@host",
    }.items():
        monkeypatch.setenv(name, value)
    feeds = {
        "a": Feed(url="https://x", token_env="TOKEN"),
        "b": Feed(directory="/x"),
        "c": Feed(token_env="GONE"),
    }
    found = own_secrets(Model(space=Space("S", "s"), feeds=feeds))
    assert {"token-1", "a%40bcd", "a@bcd"} <= set(found)
    assert "password" not in found


def test_v5_what_cannot_be_read_here_is_told_at_its_place_in_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also a feed's token; of each source once, and of what can be read nothing."""
    monkeypatch.setenv("OCTOTUI_TEST_GOOD", "hunter22")
    unset, good = (
        Value(kind="sensitive", secret=Secret(env=f"OCTOTUI_TEST_{each}")) for each in ("UNSET", "GOOD")
    )
    feeds = {
        each.lower(): Feed(url="https://x", token_env=f"OCTOTUI_TEST_{each}") for each in ("UNSET", "GOOD")
    }
    variables = {"Password": (Value(value="open"), unset, good), "Again": (unset,)}
    told: list[tuple[object, str, SourcePosition]] = []
    check_here(
        Model(space=Space("s", "s"), variables=variables, feeds={**feeds, "open": Feed(directory="/x")}),
        lambda keys, text, at: told.append((keys, text, at)),
    )
    problem = "It cannot be read here: the environment variable OCTOTUI_TEST_UNSET is not set."
    assert told == [
        (keys, problem, SourcePosition(1, 1))
        for keys in (
            ("variables", "Password", 1, "sensitive"),
            ("variables", "Again", 0, "sensitive"),
            ("feeds", "unset", "token_env"),
        )
    ]


def test_r9_what_becomes_everybodys_after_the_model_was_read_is_not_read(tmp_path: Path) -> None:
    """The file, a program, and a file that it is given, at the moment when a job asks."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, text in (("password", "hunter22"), ("print", '#!/bin/sh\ncat "$1"\n'), ("input", "hunter33")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    command = (str(folder / "print"), str(folder / "input"))
    assert read(file=str(folder / "password")) == "hunter22"
    assert read(command=command) == "hunter33"
    for name in ("print", "input"):
        (folder / name).chmod(0o777)
        assert problem(command=command).startswith(f"everybody can write to {folder / name}: chmod o-w")
        (folder / name).chmod(0o755)
    folder.chmod(0o777)
    assert problem(file=str(folder / "password")) == f"everybody can write to {folder}: chmod o-w {folder}"
    assert problem(command=command) == f"everybody can write to {folder}: chmod o-w {folder}"


def test_r9_a_command_is_looked_for_and_run_nowhere_that_we_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only-here").write_text("#!/bin/sh\necho hunter22\n")
    (tmp_path / "only-here").chmod(0o755)
    (tmp_path / "json.py").write_text("print('hunter33'); raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f":.:{Path(sys.executable).parent}:/usr/bin:/bin")
    assert problem(command=("only-here",)) == "only-here cannot be started: No such file or directory"
    assert problem(command=("./only-here",)) == (
        "./only-here would depend on the current directory: give its absolute path"
    )
    python = (sys.executable, "-c", "import json, os; print(json.dumps([os.getcwd()]))")
    assert read(command=python) == '["/"]'


def test_v5_values_that_cannot_be_used_are_told_by_their_place_in_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the model alone only what is there and cannot be used; for a run also what is not there."""
    monkeypatch.setenv("OCTOTUI_TEST_SHORT", "abc")
    monkeypatch.setenv("OCTOTUI_TEST_GOOD", "hunter22")
    (tmp_path / "empty").touch()
    secrets = (
        *(Secret(env=f"OCTOTUI_TEST_{name}") for name in ("GOOD", "SHORT", "UNSET")),
        Secret(file=str(tmp_path / "empty")),
    )
    values = (Value(value="open"), *(Value(kind="sensitive", secret=each) for each in secrets))
    model = Model(space=Space("s", "s"), variables={"Password": values})
    told: list[tuple[object, str]] = []
    check_secrets(model, lambda keys, text, at: told.append((keys, text)))
    places: list[SourcePosition] = []
    check_secrets(model, lambda keys, text, at: places.append(at))
    assert places == [SourcePosition(1, 1)] * 2
    assert [keys for keys, _ in told] == [
        ("variables", "Password", 2, "sensitive", "env"),
        ("variables", "Password", 4, "sensitive", "file"),
    ]
    assert all(text.startswith("It cannot be used: it has fewer than 4 characters") for _, text in told)
    assert unreadable_here({"Good": values[:2], "Unset": values[3:4], "Empty": values[4:]}).keys() == {
        "Unset",
        "Empty",
    }
