"""What a run was started with, by a person, a schedule or a step; nothing changes it later."""

import msgspec

from octotui.engine.state.releases import Release, place_key


class RunRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a run does, where, for whom, with which values; of sensitive ones it has the names alone (V5)."""

    process: str
    environment: str | None
    tenant: str | None
    requester: str
    variables: dict[str, str]
    secrets: tuple[str, ...] = ()  # names of sensitive values, which are nowhere here
    release: Release | None = None
    skip: tuple[str, ...] = ()
    tenant_tags: tuple[str, ...] = ()
    guided: bool = False
    guidance: bool | None = None
    schedule: str | None = None

    @property
    def channel(self) -> str | None:
        """The channel of the release that is deployed, if it is one."""
        return self.release.channel if self.release else None

    @property
    def destination(self) -> str:
        """Where it is deployed to: `shop/production`, or `shop/production/contoso` (Q2)."""
        return place_key(self.process, self.environment, self.tenant)
