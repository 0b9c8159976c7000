"""`octotui workers`: the machines of a space, what they are, and commands on them."""

import getpass
import json
import os
from pathlib import Path

import pytest

from octotui.store.space_folder import space_folder
from tests.cli.conftest import Call, Said
from tests.cli.verbs.test_trust import model
from tests.sshd import Login, Sshd, make_key, needs_sshd
from tests.terminal import Terminal

pytestmark = needs_sshd


def test_m1_workers_are_listed_with_their_endpoints(octotui: Call, sshd: Sshd, tmp_path: Path) -> None:
    file = model(tmp_path, sshd.endpoint)
    said = octotui("workers", "list", file, "--state", tmp_path / "state")
    assert said.out.splitlines() == [f"w1  {sshd.endpoint}  idle", "here  local  idle"]
    rows = map(
        json.loads, octotui("workers", "list", file, "--json", "--state", tmp_path / "state").out.splitlines()
    )
    assert [(row["worker"], row["endpoint"], row["state"]) for row in rows] == [
        ("w1", sshd.endpoint, "idle"),
        ("here", "local", "idle"),
    ]


def test_m1_what_machines_are_and_why_one_is_away(octotui: Call, sshd: Sshd, tmp_path: Path) -> None:
    file = model(tmp_path, sshd.endpoint, "ssh://127.0.0.1:1")
    said = octotui("workers", "check", file)
    assert said.code == 1
    there, away = said.out.splitlines()
    assert there.startswith(f"w1  {os.uname().sysname}  {os.uname().machine}  ")
    assert away.startswith("w2  cannot be reached: 127.0.0.1:1 refuses connections")
    facts = json.loads(octotui("workers", "check", file, "w1", "--json").out)
    assert (facts["reached"], facts["home"]) == (True, str(sshd.home))
    assert octotui("workers", "check", file, "here").out == "here  is this machine\n"
    assert "there is no worker or target “w3”" in octotui("workers", "check", file, "w3").err


def test_m1_check_warns_of_machines_that_are_away(octotui: Call, sshd: Sshd, tmp_path: Path) -> None:
    file = model(tmp_path, sshd.endpoint, "ssh://127.0.0.1:1")
    assert octotui("check", file).err == ""
    said = octotui("check", file, "--machines")
    assert said.code == 0
    assert (
        f"warning: {file}:8:13: workers.w2.endpoint: It cannot be reached from here: 127.0.0.1:1 refuses"
        in said.err
    )
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("ForceCommand echo no", "it does something else than octotui asks for: see ForceCommand"),
        ("ForceCommand /no/such/program", "it has no sh"),
    ],
)
def test_m1_a_machine_that_does_something_else(
    octotui: Call, make_sshd: "object", tmp_path: Path, lines: str, said: str
) -> None:
    server = make_sshd(lines)  # type: ignore[operator]
    assert said in octotui("workers", "check", model(tmp_path, server.endpoint)).out


def test_m1_a_profile_that_prints_does_no_harm(octotui: Call, sshd: Sshd, tmp_path: Path) -> None:
    (sshd.home / ".bashrc").write_text("echo Welcome; echo =1; printf '=2\\n'\n")
    assert octotui("workers", "check", model(tmp_path, sshd.endpoint)).code == 0


def test_m1_a_command_on_a_worker(program: Call, sshd: Sshd, tmp_path: Path, state: Path) -> None:
    file = model(tmp_path, sshd.endpoint)

    def execute(*words: str) -> Said:
        return program("workers", "exec", file, "--state", state, *words)

    said = execute("w1", "--", "echo $HOME; echo no >&2; exit 7")
    assert (said.code, said.out, said.err) == (7, f"{sshd.home}\n", "no\n")
    exact = execute("w1", "--", "printf", "%s|", "a b", "$HOME", "--raw")
    assert (exact.code, exact.out) == (0, "a b|$HOME|--raw|")
    assert execute("w1", "--", "kill -9 $$").code == 137
    assert execute("here", "--", "echo here; exit 3")[:2] == (3, "here\n")


def test_i8_a_command_on_a_worker_is_in_the_audit(
    octotui: Call, tmp_path: Path, login: object, state: Path
) -> None:
    """I8, M1: before it is run, also where the worker turns out to be away."""
    file = model(tmp_path, "ssh://127.0.0.1:1")
    said = octotui("workers", "exec", file, "--state", state, "w1", "--", "uname", "-a")
    assert (said.code, "w1 cannot be reached" in said.err) == (255, True)
    (row,) = map(json.loads, octotui("audit", file, "--json", "--state", state).out.splitlines())
    assert (row["what"], row["told"], row["user"]) == ("executed", "on w1: uname -a", getpass.getuser())
    assert row["origin"]


def test_i8_a_command_that_cannot_be_recorded_is_not_run(program: Call, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "far").write_text("")
    file = model(tmp_path, "ssh://127.0.0.1:1")
    touched = tmp_path / "touched"
    said = program("workers", "exec", file, "--state", tmp_path / "state", "here", "--", f"touch {touched}")
    assert said.code == 1
    assert not touched.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another account")
def test_i9_only_the_owner_of_a_space_runs_commands(octotui: Call, sshd: Sshd, tmp_path: Path) -> None:
    file = model(tmp_path, sshd.endpoint)
    octotui("workers", "list", file, "--state", tmp_path / "state")
    folder = space_folder("far", tmp_path / "state").path
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, 65534, -1)
    said = octotui("workers", "exec", file, "w1", "--state", tmp_path / "state", "--", "true")
    assert said.code == 1
    assert "nobody" in said.err


def test_m1_a_passphrase_is_asked_for_at_a_terminal(sshd: Sshd, login: Login, tmp_path: Path) -> None:
    """M1, V5: again where it is wrong; without a terminal the machine is away."""
    login.key.rename(login.folder / "not-offered")
    login.key.with_suffix(".pub").unlink()
    make_key(login.key, "-N", "correct horse")
    (sshd.folder / "authorized_keys").write_text(login.key.with_suffix(".pub").read_text())
    file = model(tmp_path, sshd.endpoint)
    with Terminal("workers", "check", file) as terminal:
        terminal.wait("Passphrase of the key ~/.ssh/id_ed25519:")
        terminal.press("battery staple", "enter")
        terminal.wait("That is not the passphrase.")
        terminal.press("correct horse", "enter")
        terminal.wait(f"w1  {os.uname().sysname}")
        assert "horse" not in terminal.text
