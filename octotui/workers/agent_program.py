"""The agent as one file that any Python from 3.8 on runs, the same bytes wherever it is sent.

It is an archive of `workers/agent`, named by the hash of its sources, with the helper files of scripts. Its
first argument is the folder of an agent, or `connect` to be the relay of a channel.
"""

import hashlib
import io
import zipfile
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "agent"
HELPERS = Path(__file__).parent / "helpers"
PACKAGE = "octotui/workers/agent"
START = """import sys
if sys.argv[1] == "connect":
    from octotui.workers.agent.relay.main import main
else:
    from octotui.workers.agent.main import main
main(sys.argv[1:])
"""
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the time of all entries, so that equal sources make equal bytes


@lru_cache(maxsize=1)
def sources() -> dict[str, str]:
    """Return the texts of the program by their names in the archive."""
    paths = sorted(FOLDER.rglob("*.py"))
    modules = {f"{PACKAGE}/{each.relative_to(FOLDER)}": each.read_text() for each in paths}
    helpers = {
        f"helpers/{each.name}": each.read_text() for each in sorted(HELPERS.iterdir()) if each.is_file()
    }
    return {
        "__main__.py": START,
        "octotui/__init__.py": "",
        "octotui/workers/__init__.py": "",
        **modules,
        **helpers,
    }


@lru_cache(maxsize=1)
def version() -> str:
    """Return the hash that names this version of the agent."""
    digest = hashlib.sha256()
    for name, text in sources().items():
        digest.update(f"{name} {len(text)}\n{text}".encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def archive() -> bytes:
    """Return the program."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as file:
        for name, text in sources().items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.external_attr = 0o600 << 16
            file.writestr(entry, text)
    return body.getvalue()
