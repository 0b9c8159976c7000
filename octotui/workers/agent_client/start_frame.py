"""The frame that has an agent start an attempt, and what its answers say of one."""

import os
from typing import NamedTuple

from octotui.workers import shells, workspace_record
from octotui.workers.agent.frames import LARGEST_PAYLOAD, Header
from octotui.workers.agent.launch import SCRIPT
from octotui.workers.agent_client.attempt import StartFrame
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, StartError
from octotui.workers.script_environment import ScriptEnvironments
from octotui.workers.values_file import encoded


class Surroundings(NamedTuple):
    """What a script finds on its machine.

    What makes its environment, the folder of helper files, and the soft limit of open files as `ulimit`
    says it.
    """

    environments: ScriptEnvironments
    helpers: str
    open_files: str


def attempt_name(location: AttemptLocation) -> str:
    """Return the name of an attempt as agents know it."""
    return f"{location.space}/{location.name}"


async def start_frame(
    location: AttemptLocation,
    work: AttemptSpec,
    resume: str,
    program: str,
    surroundings: Surroundings,
    seen: str,
) -> StartFrame:
    """Return the frame that starts an attempt with a shell's program; `seen` is its directory for the agent.

    Raises StartError.
    """
    values = await encoded(work.values)
    environment = surroundings.environments.of(work)
    own = shells.command(work.shell, SCRIPT.decode(), surroundings.helpers, environment)
    variables = "".join([f"{key}={value}\0" for key, value in environment.items()])
    if variables.count("\0") != len(environment):
        raise StartError(f"{work.shell} cannot be started on {work.worker}: embedded null byte")
    texts = (
        work.script.encode(errors="surrogateescape"),
        values,
        workspace_record.agent_lines(location.name, resume),
        os.fsencode("\0".join((program, *own[1:]))),
        os.fsencode(variables),
    )
    if sum(map(len, texts)) > LARGEST_PAYLOAD:
        raise StartError(f"{work.shell} cannot be started on {work.worker}: its values are too large")
    header = {
        "do": "start",
        "job": attempt_name(location),
        "directory": seen,
        "space": location.space,
        "lengths": [*map(len, texts)],
        "values_in": shells.VALUES,
        "files": surroundings.open_files,
        "streams": 2 if work.stderr == "separate" else 1,
    }
    return header, texts


def status_of(location: AttemptLocation, header: Header, body: bytes) -> AttemptStatus:
    """Return a status with the resume record, without which output could not be masked."""
    record, running = workspace_record.read(body), header.get("state") == "running"
    if record.name != location.name:
        where = f"{workspace_record.RUNS_ON} {location.directory}/work/{header.get('folder')}"
        return AttemptStatus("lost", record.resume, where if running else workspace_record.OVERWRITTEN)
    return AttemptStatus("running" if running else "ended", record.resume)
