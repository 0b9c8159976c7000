"""The agent as one file that any Python from 3.8 on runs, the same bytes wherever it is sent.

It is an archive of `workers/agent`, named by the hash of its sources, with the helper files of scripts. Its
first argument is the folder of an agent, or `connect` to be the relay of a channel.
"""

import hashlib
import io
import struct
import zipfile
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
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
HEADER = 16  # bytes before the code in a file of compiled code
UNCHECKED = struct.pack("<III", 1, 0, 0)  # it belongs to its source
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the time of all entries, so that equal sources make equal bytes


@lru_cache(maxsize=1)
def sources() -> dict[str, str]:
    """Return the texts of the program by their names in the archive."""
    paths = sorted(FOLDER.rglob("*.py"))
    modules = {f"{PACKAGE}/{each.relative_to(FOLDER)}": each.read_text("utf-8") for each in paths}
    helpers = {
        f"helpers/{each.name}": each.read_text("utf-8")
        for each in sorted(HELPERS.iterdir())
        if each.is_file()
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


@lru_cache(maxsize=2)
def archive(*, compiled: bool = False) -> bytes:
    """Return the program; a `compiled` one starts in half the time with the Python that runs this one."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as file:
        for name, text in sources().items():
            _add(file, name, text)
            code = (
                _code(FOLDER / Path(name).relative_to(PACKAGE))
                if compiled and name.startswith(PACKAGE)
                else b""
            )
            if code:  # which other Pythons pass by
                _add(file, f"{name}c", MAGIC_NUMBER + UNCHECKED + code)
    return body.getvalue()


def _add(file: zipfile.ZipFile, name: str, body: str | bytes) -> None:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.external_attr = 0o600 << 16
    file.writestr(entry, body)


def _code(path: Path) -> bytes:
    """Return a module's compiled code as it is cached, or nothing where it cannot be cached."""
    try:
        code = _cached(path)
        if not code:
            SourceFileLoader(path.stem, str(path)).get_code(path.stem)  # which fills the cache
            code = _cached(path)
        return code
    except (OSError, NotImplementedError):
        return b""


def _cached(path: Path) -> bytes:
    """Return the code in the cache of a module, or nothing where there is none of its present source."""
    cache, found = Path(cache_from_source(path)), path.stat()
    body = cache.read_bytes() if cache.exists() else b""
    source = struct.pack("<III", 0, int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF)
    return body[HEADER:] if body[:HEADER] == MAGIC_NUMBER + source else b""
