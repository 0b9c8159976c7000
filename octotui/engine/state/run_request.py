"""The request of a run, by a person, a schedule or a step; never changed later."""

import msgspec

from octotui.engine.state.releases import Release, place_key


class RunRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The process, place and values of a run; `secrets` are names of sensitive values, not stored (V5)."""

    process: str
    environment: str | None
    tenant: str | None
    requester: str
    variables: dict[str, str]
    secrets: tuple[str, ...] = ()
    release: Release | None = None
    skip: tuple[str, ...] = ()
    tenant_tags: tuple[str, ...] = ()
    guided: bool = False
    guidance: bool | None = None
    schedule: str | None = None

    @property
    def channel(self) -> str | None:
        """The channel of the deployed release, or None."""
        return self.release.channel if self.release else None

    @property
    def destination(self) -> str:
        """The key of its destination: `shop/production`, or `shop/production/contoso` (Q2)."""
        return place_key(self.process, self.environment, self.tenant)
