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
    """Return whether a text is an algorithm, a space, and the base64 of a key of that algorithm."""
    algorithm, _, key = text.partition(" ")
    if algorithm not in ALGORITHMS or len(text) > LONGEST:
        return False
    try:
        data = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return False
    name = algorithm.encode()
    return data.startswith(len(name).to_bytes(4, "big") + name) and len(data) > len(name) + 4
