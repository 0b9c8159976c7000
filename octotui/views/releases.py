"""Releases in words: their content, and where they are deployed."""

from octotui.engine.state.releases import Release
from octotui.model.process import requirement_of
from octotui.model.space import Model
from octotui.views.runs import where


def made(release: Release) -> str:
    """Return the sentence of a release that was created."""
    name = release.definition.name
    if release.channel is None:
        return f"{name} is published as {release.version}"
    packages = ", ".join(f"{requirement_of(text).id} {version}" for text, version in release.versions.items())
    return (
        f"{release.title} is made in the channel {release.channel}{' with ' + packages if packages else ''}"
    )


def deployed(model: Model, release: Release) -> str:
    """Return where a release was deployed last: `Test, Production · Contoso`."""
    done = sorted(release.deployed, key=lambda each: each.at)
    return ", ".join(where(model, each.environment, each.tenant) or "nowhere" for each in done)


def line(model: Model, release: Release) -> str:
    """Format a release as one line of a list."""
    done = deployed(model, release)
    return "  ".join(
        filter(None, (release.version, release.channel, f"in {done}" if done else "not deployed"))
    )
