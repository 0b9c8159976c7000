"""A look at a machine that needs nothing there but `sh`: what it is, and how long an answer takes."""

import asyncio
import secrets
import time
from typing import NamedTuple

from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import clock as seconds_of
from octotui.workers.remote.answers import understood
from octotui.workers.remote.first_contact import FORCED, PATIENCE, SILENT
from octotui.workers.remote.transport import Transport

LARGEST = 1 << 14  # bytes of the answer
PYTHON = 'import sys; print("%d.%d.%d" % sys.version_info[:3])'
SCRIPT = (
    'printf "\\n"; printf "=%s\\n" MARK "$(uname -s)" "$(uname -m)" "$(date +%s)" "$HOME"'
    f' "$(python3 -c "{PYTHON.replace(chr(34), chr(92) + chr(34))}" 2>/dev/null)"'
)
NO_SH = "it has no sh: octotui needs one there"


class Glance(NamedTuple):
    """What a machine is; seconds of the answer, and of its clock against this one's."""

    latency: float
    system: str
    architecture: str
    clock: float
    home: str
    python: str


async def look(transport: Transport) -> Glance:
    """Ask a machine what it is.

    Raises Unreachable, also where something else answers than its `sh`, or nothing within `PATIENCE`.
    """
    connecting = await transport.open("exec true")  # in its own time, also where many wait for their turn
    await connecting.close()
    try:
        async with asyncio.timeout(PATIENCE):
            return await _glance(transport)
    except TimeoutError:
        raise Unreachable(SILENT.format(PATIENCE)) from None


async def _glance(transport: Transport) -> Glance:
    """Ask a machine what it is. Raises Unreachable."""
    mark = secrets.token_hex(16)
    asked = f"exec sh -c '{SCRIPT.replace('MARK', mark)}'"
    await transport.run("exec true")  # what is slow only once is no latency
    begin = time.time()
    end = await transport.run(asked, most=LARGEST)
    took = time.time() - begin
    _, found, answer = end.output.decode(errors="replace").partition(mark)
    lines = [each.removeprefix("=") for each in answer.split("\n")[1:6] if each.startswith("=")]
    if not found or len(lines) < 5 or not (lines[2].isascii() and lines[2].isdigit()):
        raise Unreachable(NO_SH if end.code == 127 else FORCED)
    with understood():
        clock = seconds_of(lines[2]) - (begin + took / 2)
    system, architecture, _, home, python = lines
    return Glance(took, system, architecture, clock, home, python)
