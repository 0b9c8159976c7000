"""Plays of a space whose machines come and go, killed again and again; `main` says how it is called.

A play is a fork of this process, killed at a moment that a seed chooses and opened again until no lease is
left. Its provider keeps a file for each machine that there is, and a line for each that it has made or
destroyed; it is slow, fails now and then, and is killed with the session or goes on without it.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

from octotui.engine.commands import Refused, StartRun
from octotui.engine.decide.machines import machine_leases
from octotui.model.machines.dynamic_pools import DynamicPool, Provider
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Model, Pool, Space
from octotui.runtime.open_space import open_space
from octotui.store.errors import StoreError
from tests.podman import CONFIG, containers
from tests.workers.agents import end_agents
from tests.workers.container_machines import APPLETS, make_image

MOST = 60.0  # seconds of a play at most, before it is one that hangs
UP = """#!/bin/sh
[ -n "$SLOW" ] && sleep "$SLOW"
case $(od -An -N1 -tu1 /dev/urandom) in *7) echo quota >&2; exit 1;; esac
if mkdir "$MACHINES/$OCTOTUI_LEASE" 2>/dev/null; then echo "made $OCTOTUI_LEASE" >>"$MACHINES.log"; fi
sleep 0.02
echo "{\\"id\\": \\"$OCTOTUI_LEASE\\", \\"endpoint\\": \\"local\\"}"
"""
DOWN = """#!/bin/sh
case $(od -An -N1 -tu1 /dev/urandom) in *7) echo busy >&2; exit 1;; esac
if rmdir "$MACHINES/$OCTOTUI_LEASE" 2>/dev/null; then echo "gone $OCTOTUI_LEASE" >>"$MACHINES.log"; fi
"""


def space(folder: Path, provider: Provider = "command", image: str = "stub") -> Model:
    """A runbook on a pool whose machine lasts as long as the run."""
    commands = {"provision": (str(folder / "up.sh"),), "destroy": (str(folder / "down.sh"),)}
    terms = DynamicPool(
        provider=provider, image=image, idle=0.0, timeout=30.0, **(commands if provider == "command" else {})
    )
    step = Step(name="Work", action=Script(body="echo works", shell="sh"))
    return Model(
        space=Space(f"Killed {folder.name}", f"killed-{folder.name}"),
        pools={"hosted": Pool(name="Hosted", default=True, dynamic=terms)},
        runbooks={"go": Runbook(name="Go", steps=(step,))},
    )


def provider(folder: Path, *, failing: bool = True) -> None:
    """Write the commands of the provider, which know where its machines are, and fail now and then."""
    (folder / "machines").mkdir()
    for name, text in (("up.sh", UP), ("down.sh", DOWN)):
        text = text if failing else text.replace("*7)", "none)")  # noqa: PLW2901 - with other conditions
        (folder / name).write_text(text.replace("$MACHINES", str(folder / "machines")))
        (folder / name).chmod(0o755)


def lease_this_machine() -> None:
    """Take it for no fault that the stub says this machine, again and again, which no other provider may."""
    machine_leases._taken = lambda *_: ""


async def play(model: Model, state: Path, starts: int) -> None:
    """Open the space, start runs unless they are there, and stay until no lease and no run is left."""
    async with open_space(model, state, "ann", time.time) as session:
        with suppress(Refused):
            while session.state.next_run <= starts:
                await session.send(StartRun(process="go", requester="ann"))
        async for present in session.states():
            if not len(present.runs) and not len(present.machine_leases):
                return
            if session.trouble:
                raise AssertionError(session.trouble)


def forked(model: Model, state: Path, starts: int) -> int:
    """Play in a process of its own, and return its id."""
    child = os.fork()
    if child:
        return child
    with suppress(BaseException):
        os.setsid()
        asyncio.run(asyncio.wait_for(play(model, state, starts), MOST))
        os._exit(0)
    os._exit(1)


def killed(folder: Path, seed: int, model: Model) -> int:
    """Kill plays of a space until one comes to its end, and return how many were killed."""
    random, state = Random(seed), folder / "state"
    for kills in range(1000):
        child = forked(model, state, random.randint(1, 2))
        last = kills >= 6
        end = time.monotonic() + (MOST if last else random.choice((0.05, 0.2, 0.6)) * random.random() * 2)
        while time.monotonic() < end:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                if status:
                    raise AssertionError(f"play {seed} ended with {status}")
                return kills
            time.sleep(0.002)
        if last:
            os.killpg(child, signal.SIGKILL)
            raise AssertionError(f"play {seed} does not end")
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    raise AssertionError("it is never left alone")


def main() -> None:
    """Play until so many kills have happened; print what is wrong, and a summary, as JSON."""
    machine_leases.SOON = 0.05  # seconds after a failure
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    kind: Provider = "container" if "container" in sys.argv[4:] else "command"
    if kind == "container":
        os.environ["CONTAINERS_CONF"] = str(CONFIG)
        make_image(APPLETS)
    else:
        lease_this_machine()
    total, plays, made = 0, 0, 0
    while total < count:
        home = folder / str(seed)
        home.mkdir(parents=True)
        provider(home)
        try:
            total += killed(home, seed, space(home, kind, APPLETS))
        except (AssertionError, StoreError) as problem:
            print(json.dumps({"seed": seed, "problem": str(problem)}))
            break
        finally:
            end_agents(home)
        lines = (home / "machines.log").read_text().splitlines() if (home / "machines.log").exists() else []
        counts = Counter(lines)
        made += sum(each.startswith("made ") for each in counts)
        wrong = [each for each, times in counts.items() if times > 1]
        left = sorted(each.name for each in (home / "machines").iterdir())
        if kind == "container":
            left += containers(f"label=octotui.space=killed-{seed}")
            made += 1
        if wrong or left:
            print(json.dumps({"seed": seed, "twice": wrong, "left": left}))
        plays, seed = plays + 1, seed + 1
    print(json.dumps({"plays": plays, "kills": total, "machines": made}))


if __name__ == "__main__":
    main()
