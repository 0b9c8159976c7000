"""Fingerprints of private keys as they are before they are decoded, so that people can tell them apart."""

import re
from base64 import b64decode, b64encode
from hashlib import sha256

_TEXT = re.compile(rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----(.+?)-----END \1PRIVATE KEY-----", re.DOTALL)
_MAGIC = b"openssh-key-v1\0"
_BEFORE = 3  # strings before the public key: the cipher, how its key is derived, and with what


def fingerprint(data: bytes) -> str:
    """Return the fingerprint of a private key, or `""` where it tells none.

    It is that of the public key, as `ssh-keygen -l` shows it, which no passphrase hides in the format of
    OpenSSH. Of another format it is that of the whole text, and only where that is encrypted: a hash of
    anything else could tell what somebody took for a key.
    """
    found = _TEXT.search(data)
    if found is None:
        return ""
    if found[1] == b"OPENSSH ":
        try:
            return _hash(_public_key(b64decode(found[2])))
        except ValueError:
            return ""
    is_encrypted = found[1] == b"ENCRYPTED " or b"Proc-Type: 4,ENCRYPTED" in found[2]
    return f"text {_hash(found[0])}" if is_encrypted else ""


def _public_key(key: bytes) -> bytes:
    """Return the public part of a key in the format of OpenSSH. Raises ValueError."""
    if not key.startswith(_MAGIC):
        raise ValueError
    rest = key.removeprefix(_MAGIC)
    for _ in range(_BEFORE):
        _, rest = _string(rest)
    return _string(rest[4:])[0]  # after the number of keys


def _string(data: bytes) -> tuple[bytes, bytes]:
    end = 4 + int.from_bytes(data[:4], "big")
    if not 4 < len(data) >= end:
        raise ValueError
    return data[4:end], data[end:]


def _hash(data: bytes) -> str:
    return f"SHA256:{b64encode(sha256(data).digest()).decode().rstrip('=')}"
