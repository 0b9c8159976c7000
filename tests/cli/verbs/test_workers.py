"""`octotui workers`: the machines of a space, what they are, and commands on them."""

import json
import os
from pathlib import Path

import pytest

from octotui.store.space_folder import space_folder
from tests.cli.conftest import Call
from tests.cli.verbs.test_trust import model
from tests.sshd import Sshd, needs_sshd

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


def test_m1_a_command_on_a_worker(program: Call, sshd: Sshd, tmp_path: Path) -> None:
    file = model(tmp_path, sshd.endpoint)
    said = program("workers", "exec", file, "w1", "--", "echo $HOME; echo no >&2; exit 7")
    assert (said.code, said.out, said.err) == (7, f"{sshd.home}\n", "no\n")
    exact = program("workers", "exec", file, "w1", "--", "printf", "%s|", "a b", "$HOME", "--raw")
    assert (exact.code, exact.out) == (0, "a b|$HOME|--raw|")
    assert program("workers", "exec", file, "w1", "--", "kill -9 $$").code == 137
    assert program("workers", "exec", file, "here", "--", "echo here; exit 3")[:2] == (3, "here\n")


def test_m1_exec_of_a_worker_that_is_away(octotui: Call, tmp_path: Path, login: object) -> None:
    said = octotui("workers", "exec", model(tmp_path, "ssh://127.0.0.1:1"), "w1", "--", "true")
    assert (said.code, "w1 cannot be reached" in said.err) == (255, True)


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
