"""Releases: a process as it was, with the versions of its packages, under a version of its own (P1)."""

import re
from collections.abc import Iterable

import msgspec

from octotui.model.complaints import Reason
from octotui.model.process import Requirement, Runbook
from octotui.model.space import Channel, Model
from octotui.model.versions import ANY, VERSION, fits, numbers_of, precedence

ANY_CHANNEL = Channel(name="Default")


class Deployed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The last time a release was deployed to an environment, for a tenant, and succeeded."""

    environment: str | None
    tenant: str | None
    run: str
    at: float


class Release(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A frozen process: `versions` of its packages by requirement (`tools`, `tools@1.x`).

    One without a channel is that of a runbook which was published; `created` counts all there have been.
    """

    process: str
    version: str
    channel: str | None = None
    definition: Runbook
    versions: dict[str, str] = {}
    notes: str = ""
    deployed: tuple[Deployed, ...] = ()
    created: int = 0

    @property
    def key(self) -> str:
        """Its place in a State: `shop/1.2.0`."""
        return release_key(self.process, self.version)

    @property
    def title(self) -> str:
        """What people call a run of it: a deployment says which release, a runbook does not."""
        name = self.definition.name
        return name if self.channel is None else f"{name} {self.version}"

    def deployed_to(self, environments: Iterable[str], tenant: str | None) -> bool:
        """Whether it was deployed to one of these environments, for this tenant."""
        places = {(each.environment, each.tenant) for each in self.deployed}
        return any((environment, tenant) in places for environment in environments)


def release_key(process: str, version: str) -> str:
    """The key of a release in a State: `shop/1.2.0`."""
    return f"{process}/{version}"


def place_key(process: str, environment: str | None, tenant: str | None) -> str:
    """Where a project is deployed to: `shop/production`, or `shop/production/contoso` (Q2)."""
    return "/".join((process, environment or "", *((tenant,) if tenant else ())))


def declared_channel(model: Model, process: str, slug: str | None) -> Channel:
    """What a channel says of versions; one that is not declared takes any."""
    project = model.projects.get(process)
    return project.channels.get(slug or "", ANY_CHANNEL) if project else ANY_CHANNEL


def has_declared_tag(model: Model, channel: Channel) -> bool:
    """Whether the pattern for tags of a channel, if it has one, is that of a channel of the model."""
    channels = (each for project in model.projects.values() for each in project.channels.values())
    return channel.tag is None or any(channel.tag == each.tag for each in channels)


def requirements(definition: Runbook) -> tuple[Requirement, ...]:
    """Every package that enabled steps of a process need, once each."""
    steps = (step for step in definition.flat().steps if step.enabled)
    return tuple(dict.fromkeys(package for step in steps for package in step.packages))


def images(definition: Runbook) -> tuple[str, ...]:
    """Every image with a range that containers of enabled steps name, once each."""
    steps = (step for step in definition.flat().steps if step.enabled)
    return tuple(dict.fromkeys(image for step in steps for image in step.images))


def next_version(versions: Iterable[str]) -> str:
    """The version after the highest of these, or the first one."""
    highest = max(versions, key=precedence, default=None)
    if highest is None:
        return "0.0.1"
    major, minor, patch = (*numbers_of(highest), 0, 0)[:3]
    return f"{major}.{minor}.{patch + 1}"


def is_version(text: str) -> bool:
    """Whether a text is a version."""
    return bool(re.fullmatch(VERSION, text))


def unfit(needed: Requirement, channel: Channel, version: str | None) -> Reason | None:
    """Why a package's version may not be in a release of a channel, or None."""
    if version is None:
        return f"no version was chosen for {needed.text}"
    if not is_version(version):
        return f"{version} of {needed.id} is no version; name one such as 1.2.0"
    limits = channel.versions.get(needed.id)
    if not fits(version, needed.version or ANY, ""):
        return f"{needed.id} {version} is not what a step needs, {needed.text}"
    if limits is not None and not fits(version, limits, ""):
        return f"{needed.id} {version} does not fit the channel {channel.name}, which takes {limits}"
    if channel.tag is not None and not fits(version, ANY, channel.tag):
        return (
            f"{needed.id} {version} does not fit the channel {channel.name}, whose tags match {channel.tag}"
        )
    return None
