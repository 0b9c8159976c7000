"""Accounts on other machines, and settings of the connections to them."""

import msgspec

from octotui.model.machines.endpoints import CONTAINER, LOCAL
from octotui.model.values import Secret


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account that works on a machine, and how it proves that it may.

    `key` is the path of a private key, from `~` or absolute, or the source of the key itself. What is not
    said is that of `ssh`: its configuration, its agent, its default keys. A cluster of Kubernetes knows an
    account by its `token`, by its `certificate` (a path, or its source) and key, or by user and password.
    """

    user: str | None = None
    key: str | Secret | None = None
    passphrase: Secret | None = None
    password: Secret | None = None
    token: Secret | None = None
    certificate: str | Secret | None = None

    @property
    def secrets(self) -> dict[str, Secret]:
        """The sources of its sensitive values, by key."""
        named = {
            "key": self.key,
            "passphrase": self.passphrase,
            "password": self.password,
            "token": self.token,
            "certificate": self.certificate,
        }
        return {name: each for name, each in named.items() if isinstance(each, Secret)}


class SshSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of connections by SSH; times in seconds.

    `connecting` is how many are made at once; `timeout` how long one may take to be made; `keep_alive` how
    often a silent machine is asked whether it is there, before the third answer that fails to come ends it.
    """

    connecting: int = 20
    timeout: float = 20.0
    keep_alive: float = 5.0


class Endpoint(msgspec.Struct, frozen=True):
    """The way to a machine, the account that works there, and settings of the connection.

    Where `host_key` is said (`ALGORITHM KEY`), its host may show no other.
    """

    address: str = LOCAL
    account: Account | None = None
    ssh: SshSettings = SshSettings()
    host_key: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return self.address == LOCAL

    @property
    def is_container(self) -> bool:
        """Whether it is a container of this machine."""
        return self.address.startswith(CONTAINER)
