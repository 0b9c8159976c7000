"""The way to a pod: `kubectl exec`."""

import re
from collections.abc import Sequence

from octotui.model.machines.endpoints import PodEndpoint, pod_endpoint
from octotui.workers.machine import Gone, Unreachable
from octotui.workers.programs.transport import ProgramTransport
from octotui.workers.remote.answers import one_line
from octotui.workers.remote.transport import CommandEnd
from octotui.workers.search_path import find

MISSING = "there is no kubectl on this machine: install it, or reach the worker another way"
LOST = "the connection to the pod was lost"

_ENDED = re.compile(r"(?:^|\n)command terminated with exit code (\d{1,3})\s*\Z")
_GONE = re.compile(
    r"^Error from server \(NotFound\): (?:pods|namespaces) |^error: cannot exec .* in a completed pod",
    re.MULTILINE,
)
_AWAY = (
    (re.compile(r"NotFound"), "there is no pod {pod} in the namespace {namespace}"),
    (
        re.compile(r"[Ff]orbidden"),
        "nobody lets the account of the context {context} into pods of {namespace}",
    ),
    (re.compile(r"Unauthorized|logged in"), "the cluster does not know the account of the context {context}"),
    (re.compile(r"context .* does not exist|no context exists"), "there is no context {context}"),
    (re.compile(r"was refused|[Uu]nable to connect|no such host|timeout"), "its cluster does not answer"),
)


class KubectlTransport(ProgramTransport):
    """Commands in one pod, by a context of the kubeconfig of the account that runs octotui."""

    def __init__(self, pod: PodEndpoint, program: str | None = None) -> None:
        """Take the path of kubectl, or find it with each command."""
        super().__init__()
        self._pod = pod
        self._program = program

    def call(self) -> Sequence[str]:
        """Return the call of kubectl. Raises Unreachable where there is none."""
        program = self._program or find("kubectl")
        if program is None:
            raise Unreachable(MISSING)
        where = (f"--context={self._pod.context}", f"--namespace={self._pod.namespace}")
        return program, *where, "exec", "-i", self._pod.name, "--"

    async def end_of(self, code: int, errors: str) -> CommandEnd:
        """Return how a command ended. Raises Unreachable where kubectl does not say that it has.

        It is Gone where the cluster says that the pod has ended, or that there is none.
        """
        if code == 0:
            return CommandEnd(0, errors=errors)
        ended = _ENDED.search(errors)
        if ended is None:
            raise (Gone if _GONE.search(errors) else Unreachable)(self._why(errors))
        return CommandEnd(int(ended[1]), errors=errors[: ended.start()])

    def _why(self, errors: str) -> str:
        """Return why the pod cannot be reached, by what kubectl said."""
        said = one_line(errors.strip()) or LOST
        for pattern, sentence in _AWAY:
            if pattern.search(errors):
                names = {
                    "pod": self._pod.name,
                    "namespace": self._pod.namespace,
                    "context": self._pod.context,
                }
                return f"{sentence.format(**names)}: {said}"
        return said


def pod_way(endpoint: str) -> KubectlTransport:
    """Return the way to an endpoint such as `kubectl://CONTEXT/NAMESPACE/POD`."""
    return KubectlTransport(pod_endpoint(endpoint))
