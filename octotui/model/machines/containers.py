"""Execution containers: the image that a step's script runs in on its worker, and how (S8)."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from octotui.model.versions import RangeError, range_of

ENGINES = ("podman", "docker")
"""The engines that can run a container, in the order in which a worker's are looked for."""
BUILT = (
    "localhost/octotui"  # the name of images built from a step's dockerfile; the tag is its content's hash
)
TRANSPORTS = frozenset(
    {
        *("containers-storage", "dir", "docker-archive", "docker-daemon"),
        *("oci", "oci-archive", "ostree", "sif", "tarball"),
    }
)
"""What engines read images from besides registries, such as files of the worker: `docker-archive:/file`."""
LONGEST = 512  # characters of an image's name with its tag
SHOWN = 200
_WORD = r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*"
_HOST = rf"(?:{_WORD}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?/"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_NAME = re.compile(rf"(?:{_HOST})?{_WORD}(?:/{_WORD})*(?::{_TAG})?")
_DIGEST = re.compile(r"sha256:[0-9a-f]{1,64}")


def registry_host(address: str | None) -> str:
    """Return the host of a registry's address, with its port, by which images are named."""
    return urlsplit(address or "").netloc


def image_of(table: Mapping[str, Any], feeds: Mapping[str, Any]) -> str:
    """Return the image of a table `container`, with its registry's host, or by its dockerfile's content."""
    if "dockerfile" in table:
        import hashlib  # noqa: PLC0415 - it loads OpenSSL, only for those who use it

        digest = hashlib.sha256(table["dockerfile"].encode(errors="surrogateescape")).hexdigest()
        return f"{BUILT}:{digest[:16]}"
    image = str(table.get("image", "?"))
    host = registry_host(feeds.get(table.get("feed", ""), {}).get("registry"))
    return f"{host}/{image}" if host else image


def is_built(image: str) -> bool:
    """Return whether an image is built from a step's dockerfile."""
    return image.startswith(f"{BUILT}:")


def reference(image: str, digest: str) -> str:
    """Return the reference of an image for an engine: by its digest, without a tag, where that is fixed."""
    if not digest:
        return image
    folder, slash, last = image.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}@{digest}"


def image_problem(image: str, *, is_filled_in: bool = False) -> str:
    """Return why a text cannot be an image, or `""`; what is filled in may have a digest, and no range."""
    if not image.strip():
        return "its image is empty"
    named, at, version = image.partition("@")
    transport, colon, _ = named.partition(":")
    is_transport = bool(colon) and transport in TRANSPORTS
    if len(named) > LONGEST or not _NAME.fullmatch(named) or is_transport:
        return f'"{shown(image)}" is no image; name one such as "registry.example/tools:1.2"'
    if not at or _DIGEST.fullmatch(version):
        return ""
    if is_filled_in or version.startswith("sha256:"):
        return f'"{shown(image)}" is no image: its digest is "sha256:" and 64 letters of 0-9a-f'
    try:
        range_of(version)
    except RangeError as problem:
        return f'"{shown(image)}" is no image: {problem}'
    return ""


def shown(image: str) -> str:
    """Return the beginning of what should be an image, for a sentence."""
    return image if len(image) <= SHOWN else f"{image[:SHOWN]}…"
