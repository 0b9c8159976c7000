"""Host keys of leased machines, as a provider says them: `ALGORITHM KEY`, as in OpenSSH's known_hosts."""

import base64
import binascii

from octotui.model.complaints import Reason
from octotui.model.machines.endpoints import SCHEME

ALGORITHMS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
LONGEST = 4096  # characters
POINT = 32  # bytes of a key of Ed25519
CURVES = {"nistp256": 32, "nistp384": 48, "nistp521": 66}  # bytes of a coordinate
UNCOMPRESSED = b"\4"  # before both coordinates of a point
SHORTEST = 1024  # bits of a modulus of RSA: OpenSSH takes no shorter one


def host_key_problem(host_key: str, endpoint: str, said: str = "its provider says") -> Reason:
    """Return why a host key that somebody `said` cannot be pinned for an endpoint, or `""`.

    None at all is no problem.
    """
    if not host_key:
        return ""
    if not endpoint.startswith(SCHEME):
        return f"{said} a host_key, which an endpoint that is not reached by SSH does not have"
    if _is_key(host_key):
        return ""
    return f'{said} no host_key such as "ssh-ed25519 AAAA…", algorithm and key as in known_hosts'


def _is_key(text: str) -> bool:
    """Return whether a text is an algorithm, a space, and the base64 of a well-formed key of it."""
    algorithm, _, key = text.partition(" ")
    if algorithm not in ALGORITHMS or len(text) > LONGEST:
        return False
    try:
        data = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return False
    match _fields(data):
        case [name, *rest] if name == algorithm.encode():
            return _are_parts(algorithm, rest)
    return False


def _fields(data: bytes) -> list[bytes]:
    """Return the fields of a key, each after its length in four bytes; none where they do not fit."""
    fields: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if at + 4 > len(data) or end > len(data):
            return []
        fields.append(data[at + 4 : end])
        at = end
    return fields


def _are_parts(algorithm: str, fields: list[bytes]) -> bool:
    """Return whether fields are those of a key of an algorithm, after its name."""
    if algorithm.startswith("sk-"):
        application = fields.pop() if fields else b""
        if not application:
            return False
        algorithm = algorithm.partition("@")[0].removeprefix("sk-")
    match algorithm, fields:
        case "ssh-ed25519", [point]:
            return len(point) == POINT
        case "ssh-rsa", [_, _]:
            exponent, modulus = (int.from_bytes(each, "big", signed=True) for each in fields)
            return 0 < exponent < modulus and modulus.bit_length() >= SHORTEST
        case _, [name, point]:
            curve = algorithm.rpartition("-")[2]
            is_whole = point[:1] == UNCOMPRESSED and len(point) == 1 + 2 * CURVES.get(curve, 0)
            return name == curve.encode() and is_whole
    return False
