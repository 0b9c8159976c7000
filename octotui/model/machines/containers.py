"""Execution containers: the image that a step's script runs in on its worker, and how (S8)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

ENGINES = ("podman", "docker")
"""The engines that can run a container, in the order in which a worker's are looked for."""
BUILT = (
    "localhost/octotui"  # the name of images built from a step's dockerfile; the tag is its content's hash
)
FORBIDDEN = frozenset("\"'`$\\<>|&;*? \t\r\n")


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


def image_problem(image: str) -> str:
    """Return why a text cannot be an image, or `""`."""
    if not image.strip():
        return "its image is empty"
    named = image.partition("@")[0]
    if not named or named.startswith("-") or not named.isprintable() or not FORBIDDEN.isdisjoint(named):
        return f'"{image}" is no image; name one such as "registry.example/tools:1.2"'
    return ""
