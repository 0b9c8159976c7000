"""Kinds of machine by SSH: one for each endpoint, which share connections and hosts on the way."""

import asyncio
from pathlib import Path

from octotui.model.machines.accounts import Account, Endpoint
from octotui.workers.ssh.machines import SshKinds
from tests.sshd import Sshd, needs_sshd
from tests.workers.ssh.ways import read

pytestmark = needs_sshd


async def test_m1_workers_at_one_endpoint_share_a_kind_and_its_way(sshd: Sshd, tmp_path: Path) -> None:
    kinds = SshKinds(read, "space", tmp_path / "fetched")
    kind = kinds.of(Endpoint(sshd.endpoint))
    assert kinds.of(Endpoint(sshd.endpoint)) is kind
    assert kinds.of(Endpoint(sshd.endpoint, Account(user="other"))) is not kind
    one, other = kind.machine("w1", None), kind.machine("w2", None)
    assert [(await each.facts()).system for each in (one, other)] == ["Linux", "Linux"]
    assert [each.directory for each in (one, other)] == [
        f"{sshd.home}/.local/share/octotui/space/{name}" for name in ("w1", "w2")
    ]
    await kind.close()


async def test_m1_a_kind_that_was_closed_is_made_anew(sshd: Sshd, tmp_path: Path) -> None:
    """M1: also while the former one still closes its connections."""
    kinds = SshKinds(read, "space", tmp_path / "fetched")
    former = kinds.of(Endpoint(sshd.endpoint))
    await former.machine("w1", None).facts()
    closing = asyncio.ensure_future(former.close())
    await asyncio.sleep(0)
    present = kinds.of(Endpoint(sshd.endpoint))
    assert present is not former
    assert (await present.machine("w1", None).facts()).system == "Linux"
    await closing
    assert (await present.machine("w1", None).facts()).system == "Linux"
    await present.close()
