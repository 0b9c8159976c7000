"""Host keys as hosts show them."""

import pytest

from octotui.model.machines.accounts import Endpoint, SshSettings
from octotui.workers.machine import Unreachable
from octotui.workers.ssh.connector import SshConnector
from octotui.workers.ssh.scan import ShownHost, shown_hosts
from tests.sshd import Login, MakeSshd, Sshd, free_port, make_key, needs_sshd
from tests.workers.ssh.ways import read

pytestmark = needs_sshd


async def shown(address: str) -> list[ShownHost]:
    connector = SshConnector(read)
    hosts = [each async for each in shown_hosts(connector, Endpoint(address, None, SshSettings()))]
    await connector.close()
    return hosts


async def test_m1_the_keys_of_all_kinds_that_a_host_has(make_sshd: MakeSshd, login: Login) -> None:
    other = make_key(login.folder / "rsa", "-t", "rsa")
    server = make_sshd(f"HostKey {other}")
    (host,) = await shown(server.endpoint)
    assert host.entry == f"[127.0.0.1]:{server.port}"
    assert sorted(key.split()[0] for key in host.keys) == ["ssh-ed25519", "ssh-rsa"]
    assert all(" SHA256:" in each for each in host.fingerprints)
    assert (host.is_known, host.has_changed, host.is_hop) == (True, False, False)


async def test_m1_a_changed_key_is_seen_and_an_unknown_one(sshd: Sshd, login: Login) -> None:
    other = make_key(login.folder / "other").with_suffix(".pub").read_text()
    (login.folder / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {other}")
    (host,) = await shown(sshd.endpoint)
    assert (host.is_known, host.has_changed) == (False, True)
    (login.folder / "known_hosts").unlink()
    (host,) = await shown(sshd.endpoint)
    assert (host.is_known, host.has_changed) == (False, False)


async def test_m1_a_key_of_another_kind_has_changed_too(sshd: Sshd, login: Login) -> None:
    other = make_key(login.folder / "other", "-t", "rsa").with_suffix(".pub").read_text()
    known = login.folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sshd.port} {other}")
    (host,) = await shown(sshd.endpoint)
    assert (host.is_known, host.has_changed) == (False, True)
    known.write_text(f"[127.0.0.1]:{sshd.port} {other}{sshd.known}")
    (host,) = await shown(sshd.endpoint)
    assert (host.is_known, host.has_changed) == (True, False), "it need not show each key that is known"


async def test_m1_the_key_of_an_authority_is_no_host_key(sshd: Sshd, login: Login) -> None:
    other = make_key(login.folder / "other", "-t", "rsa").with_suffix(".pub").read_text()
    (login.folder / "known_hosts").write_text(f"@cert-authority [127.0.0.1]:{sshd.port} {other}")
    (host,) = await shown(sshd.endpoint)
    assert (host.is_known, host.has_changed) == (False, False)


async def test_m1_a_revoked_key_is_refused(sshd: Sshd, login: Login) -> None:
    (login.folder / "known_hosts").write_text(f"{sshd.known.rstrip()}\n@revoked {sshd.known}")
    with pytest.raises(Unreachable, match=r"shows a host key that is revoked: ssh-ed25519 SHA256:"):
        await shown(sshd.endpoint)


async def test_m1_a_host_that_is_away(login: Login) -> None:
    with pytest.raises(Unreachable, match="refuses connections"):
        await shown(f"ssh://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("hops", ["b", "b,c"])
async def test_m1_a_way_that_leads_to_itself_ends(login: Login, hops: str) -> None:
    login.config(f"Host a\n  ProxyJump {hops}\nHost b\n  ProxyJump a\n")
    with pytest.raises(Unreachable, match=r"^the way to a leads to itself: see ProxyJump in ~/\.ssh/config$"):
        await shown("ssh://a")
