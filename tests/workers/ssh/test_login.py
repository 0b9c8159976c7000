"""What a login offers: keys, passphrases, certificates, the agent, passwords; nothing of it is told."""

import os
import re
import subprocess
from pathlib import Path

import asyncssh
import pytest

from octotui.model.machines.accounts import Account, Endpoint
from octotui.model.values import Secret
from octotui.workers.machine import Locked, Unreachable
from octotui.workers.ssh.key_fingerprints import fingerprint
from octotui.workers.ssh.login import credentials, locked_own_keys, own_keys
from octotui.workers.ssh.passphrases import Passphrases
from octotui.workers.ssh.transports import SshTransports
from tests.sshd import USER, Login, MakeSshd, Sshd, make_key, needs_sshd
from tests.workers.ssh.ways import problem_of, read, way_to

pytestmark = needs_sshd

PASSPHRASE = Secret(env="correct horse")


def elsewhere(sshd: Sshd, login: Login, *options: str) -> Path:
    """A key that the server accepts, and which is no default one."""
    login.key.rename(login.folder / "not-offered")
    key = make_key(login.folder / "deploy", *options)
    (sshd.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    return key


async def reached(sshd: Sshd, account: Account | None) -> bool:
    async with way_to(sshd.endpoint, account) as way:
        return (await way.run("true")).code == 0


async def test_m1_a_key_file_of_an_account(sshd: Sshd, login: Login) -> None:
    elsewhere(sshd, login)
    assert await reached(sshd, Account(key="~/.ssh/deploy"))


async def test_v5_a_key_from_a_secret_and_its_passphrase(sshd: Sshd, login: Login) -> None:
    key = elsewhere(sshd, login, "-N", "correct horse")
    assert await reached(sshd, Account(key=str(key), passphrase=PASSPHRASE))
    assert await reached(sshd, Account(key=Secret(env=key.read_text()), passphrase=PASSPHRASE))


async def test_v5_a_missing_or_wrong_passphrase_is_told_and_no_value(sshd: Sshd, login: Login) -> None:
    key = str(elsewhere(sshd, login, "-N", "correct horse"))
    missing = await problem_of(sshd.endpoint, Account(key=key))
    assert missing.startswith(f"the key {key} has a passphrase: give it in the app (U), say where it is read")
    wrong = await problem_of(sshd.endpoint, Account(key=key, passphrase=Secret(env="battery staple")))
    assert wrong == f"the passphrase of the key {key} is wrong: see where the account reads it"


async def test_a_key_that_is_none(sshd: Sshd, login: Login) -> None:
    (login.folder / "text").write_text("s3cret text\n")
    (login.folder / "text").chmod(0o600)
    said = await problem_of(sshd.endpoint, Account(key="~/.ssh/text"))
    assert "is none that can be used" in said
    assert "s3cret" not in said
    assert "there is no key" in await problem_of(sshd.endpoint, Account(key="~/.ssh/nothing"))
    assert "is none that can be used" in await problem_of(sshd.endpoint, Account(key=Secret(env="s3cret")))


async def test_m1_a_key_that_others_can_read_is_not_used(sshd: Sshd, login: Login) -> None:
    elsewhere(sshd, login).chmod(0o640)
    assert "others can read the key" in await problem_of(sshd.endpoint, Account(key="~/.ssh/deploy"))


async def test_m1_a_refused_key(sshd: Sshd, login: Login) -> None:
    (sshd.folder / "authorized_keys").write_text("")
    said = await problem_of(sshd.endpoint)
    assert said.startswith(f"127.0.0.1:{sshd.port} refuses the login of {USER}: put a public key")
    assert said == await problem_of(sshd.endpoint, Account(key="~/.ssh/id_ed25519"))


async def test_a_default_key_with_a_passphrase_is_told_of(sshd: Sshd, login: Login) -> None:
    make_key(login.folder / "locked", "-N", "correct horse").rename(login.key)
    said = await problem_of(sshd.endpoint)
    assert "~/.ssh/id_ed25519 may be one and has a passphrase: give it in the app (U), ssh-add it" in said


async def test_m1_the_keys_of_ssh_agent(sshd: Sshd, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    key = elsewhere(sshd, login, "-N", "correct horse")
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "correct horse", "-N", "", "-f", str(key)], check=True)
    says = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True, text=True).stdout
    socket, process = (re.search(f"{name}=([^;]+);", says) for name in ("SSH_AUTH_SOCK", "SSH_AGENT_PID"))
    assert socket is not None
    assert process is not None
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket[1])
        subprocess.run(["ssh-add", "-q", str(key)], check=True, stderr=subprocess.DEVNULL)
        key.unlink()
        assert await reached(sshd, None)
        assert await reached(sshd, Account(user=USER))
    finally:
        os.kill(int(process[1]), 15)


async def test_m1_certificates_of_the_account_and_of_the_host(
    make_sshd: MakeSshd, login: Login, tmp_path: Path
) -> None:
    authority = make_key(tmp_path / "authority")
    key = make_key(login.folder / "deploy")
    sign = ("ssh-keygen", "-q", "-s", str(authority), "-I", "test")
    subprocess.run([*sign, "-n", USER, f"{key}.pub"], check=True, stderr=subprocess.DEVNULL)

    def signed(server: Sshd) -> None:
        (server.folder / "authorized_keys").write_text("")
        subprocess.run([*sign, "-h", "-n", "127.0.0.1", f"{server.host_key}.pub"], check=True)

    lines = (f"TrustedUserCAKeys {authority}.pub", f"HostCertificate {tmp_path}/machine/host_key-cert.pub")
    server = make_sshd(*lines, prepare=signed)
    (login.folder / "known_hosts").write_text(f"@cert-authority * {Path(f'{authority}.pub').read_text()}")
    assert await reached(server, Account(key=str(key)))
    assert "refuses the login" in await problem_of(server.endpoint)


async def test_m1_a_password_goes_to_a_host_that_is_known(login: Login) -> None:
    asked = []

    class Server(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            asked.append((username, password))
            return password == "correct horse"

    async def answer(process: asyncssh.SSHServerProcess[str]) -> None:
        process.exit(0)

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[host_key], process_factory=answer
    )
    account, port = Account(user="ann", password=Secret(env="correct horse")), server.get_port()
    assert "is not known" in await problem_of(f"ssh://127.0.0.1:{port}", account)
    assert asked == []
    line = host_key.export_public_key().decode()
    (login.folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {line}")
    async with way_to(f"ssh://127.0.0.1:{port}", account) as way:
        assert (await way.run("true")).code == 0
    assert asked == [("ann", "correct horse")]
    wrong = await problem_of(f"ssh://127.0.0.1:{port}", Account(password=Secret(env="battery staple")))
    assert "refuses the login" in wrong
    assert "battery" not in wrong
    server.close()
    await server.wait_closed()


async def test_v5_why_a_source_cannot_be_read_is_told() -> None:
    async def unreadable(secret: Secret) -> str:
        raise RuntimeError("the environment variable PP is not set")

    with pytest.raises(Unreachable, match="the password of the account cannot be used: the environment"):
        await credentials(Account(password=Secret(env="PP")), unreadable, Passphrases())
    assert await credentials(None, unreadable, Passphrases()) == {}
    offered = await credentials(Account(password=Secret(env="pass word")), read, Passphrases())
    assert offered["password"] == "pass word"


async def problem_with(sshd: Sshd, passphrases: Passphrases, account: Account | None) -> str:
    """Why a machine cannot be reached with these passphrases; "" where it can."""
    transports = SshTransports(read, passphrases)
    try:
        await transports.transport(Endpoint(sshd.endpoint, account)).run("true")
    except Locked as problem:
        return f"{problem.key}: {problem}"
    finally:
        await transports.close()
    return ""


@pytest.mark.parametrize("how", ["a file", "a secret"])
async def test_m1_a_passphrase_that_people_give_unlocks_the_key_of_an_account(
    sshd: Sshd, login: Login, how: str
) -> None:
    file, passphrases = elsewhere(sshd, login, "-N", "correct horse"), Passphrases()
    account = Account(key="~/.ssh/deploy" if how == "a file" else Secret(env=file.read_text()))
    which = f"from {file.read_text()} ({fingerprint(file.read_bytes())})"
    named = "~/.ssh/deploy" if how == "a file" else which
    assert (await problem_with(sshd, passphrases, account)).startswith(
        f"{named}: the key {named} has a passphrase"
    )
    passphrases.give(named, "battery staple")
    wrong = await problem_with(sshd, passphrases, account)
    assert wrong.startswith(f"{named}: the passphrase that was given for the key {named} is wrong")
    assert passphrases.known(named) is None
    passphrases.give(named, "correct horse")
    assert await problem_with(sshd, passphrases, account) == ""


async def test_m1_two_keys_that_one_program_prints_have_a_passphrase_each(tmp_path: Path) -> None:
    for name in ("first", "second"):
        make_key(tmp_path / name, "-N", f"that of {name}")
    passphrases = Passphrases()
    accounts = [
        Account(key=Secret(command=("pass", "--token=hunter2", name))) for name in ("first", "second")
    ]

    async def printed(secret: Secret) -> str:
        return (tmp_path / secret.command[-1]).read_text()

    locked = []
    for account in accounts:
        with pytest.raises(Locked, match=r"the key from pass \(SHA256:\S+\) has a passphrase") as problem:
            await credentials(account, printed, passphrases)
        locked.append(problem.value.key)
    assert locked[0] != locked[1]
    assert not [key for key in locked if "hunter2" in key]
    for key, name in zip(locked, ("first", "second"), strict=True):
        passphrases.give(key, f"that of {name}")
    for account in (*accounts, *accounts):
        assert (await credentials(account, printed, passphrases))["client_keys"]


async def test_m1_a_passphrase_that_people_give_unlocks_a_default_key(sshd: Sshd, login: Login) -> None:
    """M1: also one that the configuration of ssh names; further keys are asked for in turn."""
    passphrases = Passphrases()
    key = elsewhere(sshd, login, "-N", "correct horse")
    make_key(login.folder / "locked", "-N", "another one").rename(login.key)
    (login.folder / "config").write_text("IdentityFile ~/.ssh/id_ed25519\nIdentityFile ~/.ssh/deploy\n")
    said = await problem_with(sshd, passphrases, None)
    assert said.startswith("~/.ssh/id_ed25519: ")
    assert "~/.ssh/id_ed25519 may be one and has a passphrase: give it in the app (U)" in said
    passphrases.give("~/.ssh/id_ed25519", "another one")
    assert (await problem_with(sshd, passphrases, None)).startswith("~/.ssh/deploy: ")
    passphrases.give("~/.ssh/deploy", "correct horse")
    assert await problem_with(sshd, passphrases, None) == ""
    (login.folder / "config").unlink()
    key.rename(login.key)
    passphrases.give("~/.ssh/id_ed25519", "correct horse")
    assert await problem_with(sshd, passphrases, None) == ""


async def test_m1_somebody_at_a_terminal_is_asked_until_it_is_right(sshd: Sshd, login: Login) -> None:
    elsewhere(sshd, login, "-N", "correct horse").rename(login.key)
    answers, asked = ["battery staple", "correct horse"], list[bool]()

    async def ask(key: str, wrong: bool) -> str | None:
        asked.append(wrong)
        return answers.pop(0) if answers else None

    assert await problem_with(sshd, Passphrases(ask), None) == ""
    assert asked == [False, True]


@pytest.mark.parametrize("beside", ["", ".pub", "-cert.pub"])
def test_r9_a_key_of_ssh_that_is_a_pipe_or_has_one_beside_is_left_out(tmp_path: Path, beside: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "whole")
    key.write_private_key(tmp_path / "odd")
    (tmp_path / f"odd{beside}").unlink(missing_ok=True)
    os.mkfifo(tmp_path / f"odd{beside}")
    named = [str(tmp_path / "odd"), str(tmp_path / "whole")]
    assert locked_own_keys(named) == {}
    assert len(own_keys(named, ())) == 1
