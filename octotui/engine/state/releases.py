"""Releases: an immutable copy of a process and its package versions, under a version of its own (P1)."""

import re
from collections.abc import Iterable

import msgspec

from octotui.model.complaints import Reason
from octotui.model.process import Requirement, Runbook
from octotui.model.space import Channel, Model
from octotui.model.versions import ANY, VERSION, fits, numbers_of, precedence

ANY_CHANNEL = Channel(name="Default")


class Deployed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The last successful deployment of a release to an environment, for a tenant."""

    environment: str | None
    tenant: str | None
    run: str
    at: float


class Release(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A release: a process, and the `versions` of its packages by requirement (`tools`, `tools@1.x`).

    Without a channel it is a published runbook; `created` is its number among all releases, in order.
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
        """Its key in a State: `shop/1.2.0`."""
        return release_key(self.process, self.version)

    @property
    def title(self) -> str:
        """The title of its runs: with the version for a deployment, without for a runbook."""
        name = self.definition.name
        return name if self.channel is None else f"{name} {self.version}"

    def deployed_to(self, environments: Iterable[str], tenant: str | None) -> bool:
        """Return whether it was deployed to one of these environments, for this tenant."""
        places = {(each.environment, each.tenant) for each in self.deployed}
        return any((environment, tenant) in places for environment in environments)


def release_key(process: str, version: str) -> str:
    """Return the key of a release in a State: `shop/1.2.0`."""
    return f"{process}/{version}"


def place_key(process: str, environment: str | None, tenant: str | None) -> str:
    """Return the key of a destination: `shop/production`, or `shop/production/contoso` (Q2)."""
    return "/".join((process, environment or "", *((tenant,) if tenant else ())))


def declared_channel(model: Model, process: str, slug: str | None) -> Channel:
    """Return a declared channel, or one that accepts any version."""
    project = model.projects.get(process)
    return project.channels.get(slug or "", ANY_CHANNEL) if project else ANY_CHANNEL


def has_declared_tag(model: Model, channel: Channel) -> bool:
    """Return whether a channel's tag pattern, if any, is one that the model declares."""
    channels = (each for project in model.projects.values() for each in project.channels.values())
    return channel.tag is None or any(channel.tag == each.tag for each in channels)


def requirements(definition: Runbook) -> tuple[Requirement, ...]:
    """Return every package requirement of enabled steps, without duplicates."""
    steps = (step for step in definition.flat().steps if step.enabled)
    return tuple(dict.fromkeys(package for step in steps for package in step.packages))


def images(definition: Runbook) -> tuple[str, ...]:
    """Return every image requirement with a range of enabled steps, without duplicates."""
    steps = (step for step in definition.flat().steps if step.enabled)
    return tuple(dict.fromkeys(image for step in steps for image in step.images))


def next_version(versions: Iterable[str]) -> str:
    """Return the highest of these versions with its patch incremented, or `0.0.1`."""
    highest = max(versions, key=precedence, default=None)
    if highest is None:
        return "0.0.1"
    major, minor, patch = (*numbers_of(highest), 0, 0)[:3]
    return f"{major}.{minor}.{patch + 1}"


def is_version(text: str) -> bool:
    """Return whether a text is a version."""
    return bool(re.fullmatch(VERSION, text))


def unfit(needed: Requirement, channel: Channel, version: str | None) -> Reason | None:
    """Return why a package's version does not fit a release of a channel, or None."""
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
