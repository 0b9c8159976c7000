"""W12: the model's own commands provision and destroy machines."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.model.file_trust import FileTrust
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.runtime.leases.command_provider import CommandProvider, environment
from octotui.runtime.leases.processes import ProviderProcesses
from octotui.runtime.leases.provider import LeasedMachine, MachineOrder, ProviderError

SAYS = """echo working; echo '{"id": "vm-1", "endpoint": "ssh://vm-1", "zone": "a"}'"""


def order(folder: Path, up: str = SAYS, down: str = "true", **more: object) -> MachineOrder:
    for name, text in (("up.sh", up), ("down.sh", down)):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    terms = DynamicPool(
        provider="command",
        image="ubuntu",
        provision=(str(folder / "up.sh"), "small"),
        destroy=(str(folder / "down.sh"),),
        timeout=20.0,
    )
    known = {"name": "octotui-l-1", "space": "test", "pool": "hosted", "reference": "ami-1", "terms": terms}
    return MachineOrder(**{**known, **more})  # type: ignore[arg-type]


def provider(folder: Path) -> CommandProvider:
    return CommandProvider(ProviderProcesses(folder / "leases"), FileTrust())


async def test_w12_the_last_line_says_id_and_endpoint(tmp_path: Path) -> None:
    assert await provider(tmp_path).provision(order(tmp_path)) == LeasedMachine("vm-1", "ssh://vm-1")


@pytest.mark.parametrize("said", ["", "rubbish", "[]", '{"id": "x"}', '{"id": [], "endpoint": "local"}'])
async def test_w12_rubbish_is_one_clear_sentence(said: str, tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"up\.sh does not print .* in its last line$"):
        await provider(tmp_path).provision(order(tmp_path, f"echo '{said}'"))


async def test_w12_a_command_that_fails_says_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"up\.sh failed with exit code 2: no quota$"):
        await provider(tmp_path).provision(order(tmp_path, "echo no quota >&2; exit 2"))


async def test_w12_destroying_is_given_the_id_and_the_lease(tmp_path: Path) -> None:
    note = f'echo "$#:$1:$OCTOTUI_LEASE:$OCTOTUI_MACHINE" >>{tmp_path}/note'
    await provider(tmp_path).destroy(order(tmp_path, down=note, machine="vm-1"))
    await provider(tmp_path).destroy(order(tmp_path, down=note))
    assert (tmp_path / "note").read_text().split() == ["1:vm-1:octotui-l-1:vm-1", "1::octotui-l-1:"]


async def test_w12_a_command_that_others_can_change_is_not_run(tmp_path: Path) -> None:
    asked = order(tmp_path)
    (tmp_path / "up.sh").chmod(0o777)
    with pytest.raises(ProviderError, match=r"up\.sh is not run: "):
        await provider(tmp_path).provision(asked)
    (tmp_path / "up.sh").unlink()
    with pytest.raises(ProviderError, match=r"up\.sh cannot be run: No such file"):
        await provider(tmp_path).provision(asked)


def test_w12_commands_know_what_the_machine_is_for_and_no_secret(tmp_path: Path) -> None:
    asked = order(tmp_path, passed=("AWS_*",), withheld=("AWS_KEY",))
    given = {"PATH": "/bin", "AWS_REGION": "eu", "AWS_KEY": "hidden", "OTHER": "x", "XDG_RUNTIME_DIR": "/r"}
    assert environment(asked, given) == {
        "PATH": "/bin",
        "AWS_REGION": "eu",
        "XDG_RUNTIME_DIR": "/r",
        "OCTOTUI_SPACE": "test",
        "OCTOTUI_POOL": "hosted",
        "OCTOTUI_IMAGE": "ami-1",
        "OCTOTUI_LEASE": "octotui-l-1",
        "OCTOTUI_MACHINE": "",
    }


async def test_w12_the_host_key_is_what_the_command_says(tmp_path: Path) -> None:
    said = '{"id": 7, "endpoint": "ssh://vm-7", "host_key": "ssh-ed25519 AAAA"}'
    made = await provider(tmp_path).provision(order(tmp_path, f"echo '{said}'"))
    assert made == LeasedMachine("7", "ssh://vm-7", "ssh-ed25519 AAAA")
    wrong = said.replace('"ssh-ed25519 AAAA"', '["ssh-ed25519 AAAA"]')
    with pytest.raises(ProviderError, match=r"does not print"):
        await provider(tmp_path).provision(order(tmp_path, f"echo '{wrong}'"))


async def test_r9_a_command_of_the_path_that_others_can_change_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W12: by its name alone, as by its path."""
    asked = order(tmp_path)
    asked = replace(asked, terms=replace(asked.terms, provision=("up.sh",), destroy=("no-such-program",)))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert (await provider(tmp_path).provision(asked)).id == "vm-1"
    with pytest.raises(ProviderError, match=r"^no-such-program is not run: it is in no folder of PATH"):
        await provider(tmp_path).destroy(asked)
    tmp_path.chmod(0o777)
    with pytest.raises(ProviderError, match=r"^up\.sh is not run: .*everybody can write"):
        await provider(tmp_path / "x").provision(asked)
