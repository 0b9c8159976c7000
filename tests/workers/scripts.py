import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from octotui.runtime.jobs.service_message_types import Message
from octotui.workers.shells import NEEDS, VALUES, command, environment
from octotui.workers.values_file import encode
from tests.runtime.reading import read

# This Python is the one that `python3` finds: a version manager's takes half a second to start.
SURROUNDINGS = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


class Ran:
    """What came of a script: its exit code, what is visible of its output, what it said, its errors."""

    def __init__(self, shell: str, script: Path, variables: Mapping[str, str]) -> None:
        given = {**SURROUNDINGS, **environment(shell), **variables}
        done = subprocess.run(
            command(shell, str(script), surroundings=given),
            env=given,
            cwd=script.parent,
            capture_output=True,
            check=False,
            timeout=60,
        )
        self.code = done.returncode
        visible, self.said = read(done.stdout)
        self.visible = visible.decode()
        self.errors = done.stderr.decode()

    def the_one(self) -> Message:
        (message,) = self.said
        return message


def run_with(
    shell: str, folder: Path, script: str, values: Mapping[str, str], needs: str = "", **variables: str
) -> Ran:
    """Run a script with values by their own names, as the file beside it has them."""
    (folder / "values").write_bytes(encode(values))
    needed = {NEEDS: needs} if needs else {}
    return run(shell, folder, script, **{VALUES: str(folder / "values")}, **needed, **variables)


def run(shell: str, folder: Path, script: str, **variables: str) -> Ran:
    path = folder / "script"
    path.write_text(script, encoding="utf-8")
    return Ran(shell, path, variables)
