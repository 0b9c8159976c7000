"""Connections that are made: host keys are always checked, hops shared, and nothing but commands allowed."""

import asyncio

import pytest

from octotui.model.machines.accounts import Endpoint, SshSettings
from octotui.workers.machine import Unreachable
from octotui.workers.reaching import until_reached
from octotui.workers.ssh.pinned_keys import pin
from octotui.workers.ssh.transports import SshTransports
from tests.proxies import listening, proxied
from tests.sshd import USER, Login, MakeSshd, Sshd, make_key, needs_sshd
from tests.workers.ssh.ways import QUICK, problem_of, read, way_to

pytestmark = needs_sshd


async def test_m1_a_known_host_lets_the_account_in(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        end = await way.run("echo $HOME; cat >&2; exit 7", b"input")
    assert (end.code, end.output, end.errors) == (7, f"{sshd.home}\n".encode(), "input")


async def test_m1_an_unknown_host_key_is_shown_and_not_trusted(sshd: Sshd, login: Login) -> None:
    (login.folder / "known_hosts").unlink()
    said = await problem_of(sshd.endpoint)
    assert f"the host key of 127.0.0.1:{sshd.port} is not known. It shows ssh-ed25519 SHA256:" in said
    assert said.endswith("octotui trust FILE WORKER")


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
async def test_m1_a_changed_host_key_is_not_trusted(sshd: Sshd, login: Login, kind: str) -> None:
    """Also one of another kind, which the host does not have."""
    other = make_key(login.folder / "other", "-t", kind)
    algorithm, key, *_ = other.with_suffix(".pub").read_text().split()
    (login.folder / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {algorithm} {key}\n")
    said = await problem_of(sshd.endpoint)
    assert "is another one than before" in said
    assert said.endswith("octotui trust FILE WORKER --replace")


async def test_m1_a_pinned_key_comes_before_those_that_ssh_knows(sshd: Sshd, login: Login) -> None:
    known = (login.folder / "known_hosts").read_text()
    (login.folder / "known_hosts").unlink()
    pin(f"[127.0.0.1]:{sshd.port}", (known.split(" ", 1)[1].strip(),))
    async with way_to(sshd.endpoint) as way:
        assert (await way.run("true")).code == 0
    login.knows(sshd)
    other = make_key(login.folder / "other").with_suffix(".pub").read_text().rsplit(" ", 1)[0]
    pin(f"[127.0.0.1]:{sshd.port}", (other,))
    assert "is another one than before" in await problem_of(sshd.endpoint)


@pytest.mark.parametrize("files", ["none", "/dev/null"])
async def test_m1_no_configuration_of_ssh_turns_the_check_off(sshd: Sshd, login: Login, files: str) -> None:
    login.config(f"StrictHostKeyChecking no\nUserKnownHostsFile {files}\nGlobalKnownHostsFile /dev/null\n")
    assert "is not known" in await problem_of(sshd.endpoint)


async def test_m1_a_configuration_says_where_a_host_is(sshd: Sshd, login: Login) -> None:
    login.config(f"Host web1\n  Hostname 127.0.0.1\n  Port {sshd.port}\n  User {USER}\n")
    async with way_to("ssh://web1") as way:
        assert (await way.run("echo there")).output == b"there\n"


async def test_m1_nothing_but_commands_whatever_a_configuration_says(sshd: Sshd, login: Login) -> None:
    login.config(
        "ForwardAgent yes\nForwardX11 yes\nRequestTTY force\nRemoteCommand false\nSetEnv A=b\nSendEnv *\n"
    )
    async with way_to(sshd.endpoint) as way:
        end = await way.run('echo "[$SSH_AUTH_SOCK$DISPLAY$SSH_TTY$A]"; tty')
    assert end.output == b"[]\nnot a tty\n"


@pytest.mark.parametrize(
    ("offered", "config", "chosen"),
    [
        ("", "", "aes256-gcm@openssh.com"),
        ("Ciphers aes128-ctr,chacha20-poly1305@openssh.com", "", "chacha20-poly1305@openssh.com"),
        ("", "Ciphers aes192-ctr\n", "aes192-ctr"),
    ],
)
async def test_aes_gcm_comes_before_other_ciphers_unless_a_configuration_names_some(
    make_sshd: MakeSshd, login: Login, offered: str, config: str, chosen: str
) -> None:
    sshd = make_sshd("LogLevel DEBUG1", offered)
    login.config(config)
    async with way_to(sshd.endpoint) as way:
        assert (await way.run("true")).code == 0
    assert f"kex: server->client cipher: {chosen} " in (sshd.folder / "log").read_text()


async def test_a_configuration_that_others_can_write_is_not_used(sshd: Sshd, login: Login) -> None:
    login.config("")
    (login.folder / "config").chmod(0o666)
    assert "the configuration of ssh is not used: everybody can write" in await problem_of(sshd.endpoint)


async def test_a_configuration_that_cannot_be_read_is_told(sshd: Sshd, login: Login) -> None:
    login.config("Port soon\n")
    said = await problem_of("ssh://web1")
    assert said.startswith("the configuration of ssh cannot be used for web1:")


async def test_m1_a_way_over_other_hosts_is_shared_and_checked(
    sshd: Sshd, make_sshd: MakeSshd, login: Login
) -> None:
    hop = make_sshd(name="hop")
    async with proxied(hop.port) as proxy:
        login.config(
            f"Host inner other\n  Hostname 127.0.0.1\n  Port {sshd.port}\n"
            f"  ProxyJump {USER}@127.0.0.1:{proxy.port}\n"
        )
        assert "on the way, the host key of" in await problem_of(f"ssh://{USER}@inner")
        login.knows_at(hop, proxy.port)
        before, transports = proxy.connections, SshTransports(read)
        ways = [
            transports.transport(Endpoint(f"ssh://{USER}@{each}", None, QUICK)) for each in ("inner", "other")
        ]
        ends = await asyncio.gather(*(way.run("echo $HOME") for way in ways))
        assert [end.output for end in ends] == [f"{sshd.home}\n".encode()] * 2
        assert proxy.connections == before + 1
        proxy.cut()
        assert (await until_reached(lambda: ways[0].run("echo back"))).output == b"back\n"
        assert proxy.connections == before + 2
        await transports.close()


async def test_a_way_that_leads_to_itself_ends(sshd: Sshd, login: Login) -> None:
    login.config("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n")
    assert "leads to itself" in await problem_of("ssh://a")


async def test_only_so_many_connections_are_made_at_once() -> None:
    present, most = 0, 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal present, most
        present += 1
        most = max(most, present)
        await reader.read()
        present -= 1

    transports = SshTransports(read)
    settings = SshSettings(connecting=3, timeout=0.3)
    async with listening(silent) as port:
        ways = [
            transports.transport(Endpoint(f"ssh://u{n}@127.0.0.1:{port}", None, settings)) for n in range(9)
        ]
        said = await asyncio.gather(*(way.run("true") for way in ways), return_exceptions=True)
        await transports.close()
    assert all("has not answered within 0.3 s" in str(each) for each in said)
    assert 1 <= most <= 3


async def test_m1_a_silent_machine_is_noticed(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        running = await way.open("echo begun; sleep 600")
        assert await running.read(100) == b"begun\n"
        sshd.pause()
        with pytest.raises(Unreachable, match="the connection was lost"):
            await running.read(100)
        with pytest.raises(Unreachable):
            await running.wait()
        sshd.cut()


@pytest.mark.parametrize(
    ("says", "said"),
    [
        (b"", "closed the connection before anybody was logged in"),
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", "see"),
        (b"SSH-1.5-old\r\n", "does not speak SSH as it should"),
        (b"SSH-2.0-x\r\n" + b"\xff" * 4096, "see"),
        (bytes(range(256)) * 512, "see"),
        (b"a line\r\n" * 100_000, "see"),
    ],
)
async def test_m1_what_is_no_server_of_ssh_ends_in_a_sentence(says: bytes, said: str) -> None:
    async def rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await writer.drain()

    async with listening(rubbish) as port:
        sentence = await problem_of(port)
    assert f"127.0.0.1:{port}" in sentence
    assert said in sentence
    assert sentence.isprintable()
    assert len(sentence) < 400


async def test_lines_before_the_protocol_do_no_harm(sshd: Sshd, login: Login) -> None:
    async with proxied(sshd.port, before=b"Welcome\r\nto this machine\r\n") as proxy:
        login.knows_at(sshd, proxy.port)
        async with way_to(proxy.port) as way:
            assert (await way.run("echo there")).output == b"there\n"


async def test_w12_a_host_key_of_a_lease_is_checked_and_no_other(sshd: Sshd, login: Login) -> None:
    """W12: without it the host must be known; the right one lets in, another one does not."""
    algorithm, key = (login.folder / "known_hosts").read_text().split()[1:3]
    (login.folder / "known_hosts").unlink()
    assert "is not known" in await problem_of(sshd.endpoint)
    async with way_to(sshd.endpoint, host_key=f"{algorithm} {key}") as way:
        assert (await way.run("true")).code == 0
    assert "is not known" in await problem_of(sshd.endpoint)
    login.knows(sshd)
    other = make_key(login.folder / "other").with_suffix(".pub").read_text().rsplit(" ", 1)[0]
    said = await problem_of(sshd.endpoint, host_key=other)
    assert "is not the host_key that its provider says" in said
