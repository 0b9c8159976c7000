"""`octotui trust FILE WORKER`: the host keys of a machine, shown and pinned."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from octotui.cli.machine_access import UNREACHABLE, machine, ssh_transports, workers_argument
from octotui.cli.model_files import load_or_exit
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say, say_json, tell
from octotui.model.machines.endpoints import is_pod
from octotui.model.space import Model
from octotui.workers.machine import Unreachable

if TYPE_CHECKING:
    from octotui.workers.ssh.scan import ShownHost

CHANGED = "showed another key before: it is new, or somebody is in between; say --replace once you know which"


@click.command("trust")
@file_argument
@workers_argument(required=True)
@click.option("--yes", is_flag=True, help="Pin what is shown without asking.")
@click.option(
    "--fingerprint",
    metavar="SHA256:…",
    multiple=True,
    help="Pin keys of these fingerprints alone, without asking; another one is refused.",
)
@click.option("--replace", is_flag=True, help="Pin a key also in place of another one that is known.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")
@state_option
def command(
    file: Path,
    workers: tuple[str, ...],
    yes: bool,
    fingerprint: tuple[str, ...],
    replace: bool,
    as_json: bool,
    state: Path | None,
) -> None:
    """Show the fingerprints of WORKER's host keys, a worker or target by SSH, and pin them after a yes.

    Hosts on the way to it (ProxyJump) come first. Pinned keys come before those that ssh knows, and are kept
    beside your own configuration. Compare them there: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
    """
    model = load_or_exit(model_path(file, workers[0], state))
    for worker in workers:
        if model.endpoint_of(machine(model, worker)).is_local:
            refuse(f"{worker} is this machine: it shows no host key")
        if is_pod(model.endpoint_of(worker).address):
            refuse(f"{worker} is a pod, which kubectl reaches: it shows no host key")
    asking = Asking(yes=yes, fingerprints=fingerprint, replace=replace, as_json=as_json)
    try:
        asyncio.run(_trust(model, workers, asking))
    except Unreachable as problem:
        refuse(str(problem), UNREACHABLE)


class Asking:
    """How a yes is given: by options, or at the terminal."""

    def __init__(self, *, yes: bool, fingerprints: tuple[str, ...], replace: bool, as_json: bool) -> None:
        self.fingerprints = fingerprints
        self.replace = replace
        self.as_json = as_json
        self._yes = yes or bool(fingerprints)

    def agrees(self) -> bool:
        """Return whether what was shown is to be pinned; exit with code 2 where nobody can be asked."""
        if self._yes:
            return True
        if not sys.stdin.isatty():
            refuse("nobody can be asked here: say --fingerprint SHA256:…, or --yes once you have compared it")
        tell("Is that the right key? [yes/no] ")
        return sys.stdin.readline().strip().lower() in ("y", "yes")


async def _trust(model: Model, workers: tuple[str, ...], asking: Asking) -> None:
    from octotui.workers.ssh.scan import shown_hosts

    async with ssh_transports(model) as transports:
        for worker in workers:
            async for host in shown_hosts(transports.connector(), model.endpoint_of(worker)):
                _judge(worker, host, asking)


def _judge(worker: str, host: "ShownHost", asking: Asking) -> None:
    """Show a host's keys, and pin them unless they are known; exit with code 1 where that is refused."""
    from octotui.workers.ssh.pinned_keys import pin

    if not asking.as_json:
        say(f"{host.place}, {'on the way to ' if host.is_hop else ''}{worker}")
        for fingerprint in host.fingerprints:
            say(f"  {fingerprint}")
    if host.has_changed and not asking.replace:
        refuse(f"{host.place} {CHANGED}", 1)
    is_new = host.has_changed or not host.is_known
    keys = _chosen(host, () if host.is_hop and not is_new else asking.fingerprints)
    if is_new:
        if not asking.agrees():
            refuse("nothing is pinned", 1)
        pin(host.entry, tuple(keys.values()))
    if asking.as_json:
        say_json({"worker": worker, "host": host.entry, "keys": list(keys), "pinned": is_new})
    else:
        say("pinned" if is_new else "known already")


def _chosen(host: "ShownHost", fingerprints: tuple[str, ...]) -> dict[str, str]:
    """Return the wanted keys by fingerprint; exit with code 1 where there is none."""
    keys = dict(zip(host.fingerprints, host.keys, strict=True))
    if not fingerprints:
        return keys
    wanted = {each: key for each, key in keys.items() if each.split()[-1] in fingerprints}
    if not wanted:
        refuse(f"none of the keys of {host.place} has that fingerprint: nothing is pinned", 1)
    return wanted
