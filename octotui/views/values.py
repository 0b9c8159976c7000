"""Values of variables in words: what they are, where they hold, and why one won (V2 to V6)."""

from octotui.model.scoping import kinds_of, names
from octotui.model.space import Value
from octotui.model.values import Secret


def what(value: Value) -> str:
    """What a value is, as people may see it."""
    if value.kind == "pool":
        return f"pool {value.value}"
    if value.secret is not None:
        return f"{value.shown}, from {source(value.secret)}"
    if value.prompt is not None:
        default = "" if value.is_sensitive or not value.shown else f", otherwise {value.shown}"
        return f"asked for at the start{default}"
    return value.shown


def source(secret: Secret) -> str:
    """Where a sensitive value is read."""
    if secret.env is not None:
        return f"the environment variable {secret.env}"
    if secret.file is not None:
        return f"the file {secret.file}"
    if secret.keyring is not None:
        return f"the keyring, {secret.keyring}"
    return f"the command {secret.command[0]}"


def where(value: Value, origin: str = "") -> str:
    """For what a value is declared, and in which table."""
    scopes = [
        f"{kind.replace('_', ' ')} {' or '.join(names(value.scope, kind))}" for kind in kinds_of(value.scope)
    ]
    held = ", ".join(scopes) or "everywhere"
    return f"{held}; {origin}" if origin else held
