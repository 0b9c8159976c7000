"""`octotui trust`: fingerprints shown and pinned, for people and for scripts."""

import json
import subprocess
from pathlib import Path

import pytest

from octotui.workers.ssh.pinned_keys import pin, pinned_lines
from tests.cli.conftest import Call
from tests.sshd import USER, Login, MakeSshd, Sshd, make_key, needs_sshd

pytestmark = needs_sshd


def model(folder: Path, *endpoints: str) -> Path:
    """A model whose workers are at these endpoints."""
    names = [f"w{number}" for number in range(1, len(endpoints) + 1)]
    tables = (f'[workers.{name}]\nendpoint = "{at}"\n' for name, at in zip(names, endpoints, strict=True))
    pool = f'[space]\nname = "Far"\n[pools.p]\nworkers = {json.dumps([*names, "here"])}\n'
    file = folder / "far.toml"
    file.write_text(pool + "".join(tables))
    return file


def fingerprint(server: Sshd) -> str:
    command = ["ssh-keygen", "-lf", str(server.host_key.with_suffix(".pub"))]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]


def test_m1_a_key_is_shown_and_pinned(octotui: Call, sshd: Sshd, login: Login, tmp_path: Path) -> None:
    (login.folder / "known_hosts").unlink()
    file = model(tmp_path, sshd.endpoint)
    asked = octotui("trust", file, "w1")
    assert asked.code == 2
    assert asked.out == f"127.0.0.1:{sshd.port}, w1\n  ssh-ed25519 {fingerprint(sshd)}\n"
    assert "nobody can be asked here: say --fingerprint" in asked.err
    assert pinned_lines() == ()
    said = octotui("trust", file, "w1", "--yes")
    assert (said.code, said.out.splitlines()[-1]) == (0, "pinned")
    assert pinned_lines() == (sshd.known.strip(),)
    again = octotui("trust", file, "w1")
    assert (again.code, again.out.splitlines()[-1]) == (0, "known already")
    assert octotui("workers", "check", file).code == 0


def test_m1_a_fingerprint_that_was_compared_elsewhere(
    octotui: Call, sshd: Sshd, login: Login, tmp_path: Path
) -> None:
    (login.folder / "known_hosts").unlink()
    file = model(tmp_path, sshd.endpoint)
    wrong = octotui("trust", file, "w1", "--fingerprint", "SHA256:AAAA")
    assert wrong.code == 1
    assert "none of the keys" in wrong.err
    said = octotui("trust", file, "w1", "--json", "--fingerprint", fingerprint(sshd))
    assert json.loads(said.out) == {
        "worker": "w1",
        "host": f"[127.0.0.1]:{sshd.port}",
        "keys": [f"ssh-ed25519 {fingerprint(sshd)}"],
        "pinned": True,
    }
    known = octotui("trust", file, "w1", "--fingerprint", fingerprint(sshd))
    assert (known.code, known.out.splitlines()[-1]) == (0, "known already")
    wrong = octotui("trust", file, "w1", "--fingerprint", "SHA256:AAAA")
    assert (wrong.code, "known already" in wrong.out) == (1, False)
    assert "none of the keys" in wrong.err


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
@pytest.mark.parametrize("where", ["pinned", "of ssh"])
def test_m1_a_changed_key_is_not_replaced_without_a_word(
    octotui: Call, sshd: Sshd, login: Login, tmp_path: Path, where: str, kind: str
) -> None:
    other = make_key(login.folder / "other", "-t", kind).with_suffix(".pub").read_text().rsplit(" ", 1)[0]
    entry = f"[127.0.0.1]:{sshd.port}"
    if where == "pinned":
        pin(entry, (other,))
    else:
        (login.folder / "known_hosts").write_text(f"{entry} {other}\n")
    file = model(tmp_path, sshd.endpoint)
    refused = octotui("trust", file, "w1", "--yes")
    assert refused.code == 1
    assert "showed another key before: it is new, or somebody is in between; say --replace" in refused.err
    assert octotui("workers", "check", file).code == 1
    assert octotui("trust", file, "w1", "--yes", "--replace").code == 0
    assert pinned_lines() == (sshd.known.strip(),)
    assert octotui("workers", "check", file).code == 0


def test_m1_a_revoked_key_is_never_pinned(octotui: Call, sshd: Sshd, login: Login, tmp_path: Path) -> None:
    (login.folder / "known_hosts").write_text(f"@revoked {sshd.known}")
    refused = octotui("trust", model(tmp_path, sshd.endpoint), "w1", "--yes", "--replace")
    assert (refused.code, "shows a host key that is revoked" in refused.err) == (255, True)
    assert pinned_lines() == ()


def test_m1_hosts_on_the_way_come_first(
    octotui: Call, sshd: Sshd, make_sshd: MakeSshd, login: Login, tmp_path: Path
) -> None:
    hop = make_sshd(name="hop")
    (login.folder / "known_hosts").unlink()
    login.config(
        f"Host inner\n  Hostname 127.0.0.1\n  Port {sshd.port}\n  ProxyJump {USER}@127.0.0.1:{hop.port}\n"
    )
    file = model(tmp_path, f"ssh://{USER}@inner")
    said = octotui("trust", file, "w1", "--yes")
    assert said.code == 0, said.err
    assert said.out.splitlines()[::3] == [f"127.0.0.1:{hop.port}, on the way to w1", f"inner:{sshd.port}, w1"]
    assert sorted(pinned_lines()) == sorted((hop.known.strip(), sshd.known.strip()))
    again = octotui("trust", file, "w1", "--fingerprint", fingerprint(sshd))
    assert (again.code, again.out.count("known already")) == (0, 2), "a hop that is known need not have it"
    assert octotui("workers", "check", file).code == 0


def test_what_has_no_key(octotui: Call, tmp_path: Path, login: Login) -> None:
    file = model(tmp_path, "ssh://127.0.0.1:1")
    assert "here is this machine: it shows no host key" in octotui("trust", file, "here").err
    assert "there is no worker or target “w2”" in octotui("trust", file, "w2").err
    away = octotui("trust", file, "w1", "--yes")
    assert (away.code, "refuses connections" in away.err) == (255, True)
