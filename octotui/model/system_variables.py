"""Names of system variables, which octotui itself defines; a run has some of them (V1)."""

import re

RUN = (
    *("Octopus.Space.Name", "Octopus.Task.Id", "Octopus.Environment.Id", "Octopus.Environment.Name"),
    *("Octopus.Runbook.Id", "Octopus.Runbook.Name", "Octopus.RunbookRun.Id"),
    *("Octopus.Project.Id", "Octopus.Project.Name"),
    *("Octopus.Deployment.Id", "Octopus.Deployment.CreatedBy.Username", "Octopus.Deployment.Error"),
    *("Octopus.Deployment.Tenant.Id", "Octopus.Deployment.Tenant.Name"),
    *("Octopus.Release.Id", "Octopus.Release.Number", "Octopus.Release.Notes"),
    *("Octopus.Release.Channel.Id", "Octopus.Release.Channel.Name"),
    "Octopus.Release.CurrentForEnvironment.Number",
)
EXTRACTED = "Octopus.Action.Package[*].ExtractedPath"
STEP = (
    *("Octopus.Step.Name", "Octopus.Step.Number", "Octopus.Step[*].Status.Code"),
    *("Octopus.Action[*].IsSkipped", "Octopus.Action[*].Output"),
    *("Octopus.WorkerPool.Id", "Octopus.WorkerPool.Name", "Octopus.Worker.Id", "Octopus.Worker.Name"),
    *("Octopus.Machine.Id", "Octopus.Machine.Name", "Octopus.Machine.Roles"),
    *(
        f"Octopus.Action.Kubernetes.{each}"
        for each in ("Namespace", "ClusterUrl", "Context", "SkipTlsVerification")
    ),
    "Octopus.Action.Container.Image",
    *("Octopus.Action.Package.PackageId", "Octopus.Action.Package.PackageVersion"),
    "Octopus.Action.Package.InstallationDirectoryPath",
    *("Octopus.Action.Package[*].PackageId", "Octopus.Action.Package[*].PackageVersion"),
    EXTRACTED,
)
NOTICE = tuple(
    f"Octopus.Interruption.{each}"
    for each in ("Id", "Title", "Instructions", "Run", "RunName", "Teams", "Choices", "Expires")
)
LOOP = tuple(f"Octopus.Template.Each.{each}" for each in ("Index", "First", "Last"))

SYSTEM_VARIABLES = (*RUN, *STEP, *NOTICE, *LOOP)
"""All names of system variables, with `[*]` for each index."""

_INDEX = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]")
_OF_STEP = re.compile(rf"octopus\.(?:action|step)({_INDEX.pattern})", re.IGNORECASE)
_OUTPUT = "octopus.action[*].output"
_KEYS = frozenset(each.lower() for each in SYSTEM_VARIABLES)
_SETS = frozenset(each[: each.index("[*]")] for each in _KEYS if "[*]" in each)


def is_system_variable(name: str) -> bool:
    """Return whether the name is that of a system variable, or of a set of them."""
    key = _INDEX.sub("[*]", name.lower())
    return key in _KEYS or key in _SETS or key.startswith(_OUTPUT) or _without_index(key) in _KEYS


def step_in(name: str) -> str | None:
    """Return the step, as spelled in the name of a system variable on its output or state, or None."""
    found = _OF_STEP.match(name)
    return found[1][1:-1].strip() if found and is_system_variable(name) else None


def _without_index(key: str) -> str:
    """Remove the last index of a name, which may select inside a JSON value."""
    return key.rpartition("[*]")[0]


def system_names_for(name: str) -> tuple[str, ...]:
    """Return the candidates for a misspelled name of a system variable, with its index."""
    index = _INDEX.search(name)
    meant = SYSTEM_VARIABLES if package_file_in(name) is None else (EXTRACTED,)
    return tuple(each.replace("[*]", index[0] if index else "[…]", 1) for each in meant)


_PACKAGE_FILE = re.compile(r"PackageFile(?:Path|Name)(?![A-Za-z0-9_])", re.IGNORECASE)
NO_PACKAGE_FILE = (
    "packages are extracted, and their files not kept: PackageFilePath and PackageFileName are empty;"
    " use Octopus.Action.Package[…].ExtractedPath"
)


def package_file_in(text: str) -> int | None:
    """Return the offset at which a text uses `PackageFilePath` or `PackageFileName`, or None."""
    found = _PACKAGE_FILE.search(text)
    return found.start() if found else None
