"""A project to deploy in tests: a lifecycle, two channels, packages, and a runbook of its own."""

from octotui.engine import commands
from octotui.engine.events import ReleaseCreated
from octotui.engine.state.releases import Release
from octotui.model.process import Runbook, Step
from octotui.model.space import Channel, Lifecycle, Model, Phase, Project, Tenant
from tests.world import World, model, packages, script

STANDARD = Lifecycle(
    name="Standard",
    phases=(
        Phase(name="Try", environments=("development", "test")),
        Phase(name="Show", environments=("staging",), optional=True),
        Phase(name="Go", environments=("production",)),
    ),
)
CHANNELS = {
    "stable": Channel(name="Stable", versions={"tools": "[1.0,2.0)"}, tag="^$"),
    "quick": Channel(name="Quick", lifecycle="quick"),
}
TENANTS = {
    "contoso": Tenant(name="Contoso", tags=("region/west", "plan/gold")),
    "fabrikam": Tenant(name="Fabrikam", tags=("region/east",)),
}


def shop(*steps: Step, runbooks: dict[str, list[Step] | Runbook] | None = None, **more: object) -> Model:
    """A space with the project `shop`, whose process are these steps, or one that needs packages."""
    steps = steps or (script("Deploy", packages=packages("tools", "image@1.x")),)
    deployment = Runbook(name="Shop", steps=steps, **more)  # type: ignore[arg-type]
    return model(
        runbooks or {},
        projects={"shop": Project(deployment=deployment, lifecycle="standard", channels=CHANNELS)},
        lifecycles={"standard": STANDARD, "quick": Lifecycle(name="Quick")},
        tenants=TENANTS,
    )


VERSIONS = {"tools": "1.4.0", "image@1.x": "1.0.0"}


def release(world: World, process: str = "shop", **more: object) -> Release:
    """Make a release of a process."""
    command = commands.CreateRelease(process=process, **{"versions": VERSIONS, **more})  # type: ignore[arg-type]
    (made,) = world.send(command)
    assert isinstance(made, ReleaseCreated)
    return made.release


def deploy(world: World, version: str = "0.0.1", environment: str = "development", **more: str) -> str:
    """Deploy a release of the shop to its end, and say the run's id."""
    run = world.start("shop", release=version, environment=environment, **more)
    world.run_out()
    return run
