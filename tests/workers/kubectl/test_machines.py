"""M1: one kind of machine for each pod. What it keeps is shown by the conformance of all machines."""

import asyncio
from pathlib import Path

from octotui.workers.kubectl.machines import PodKinds


def test_m1_a_kind_for_each_pod(tmp_path: Path) -> None:
    async def main() -> None:
        kinds = PodKinds("space", tmp_path)
        one = kinds.of("kubectl://staging/build/worker-1")
        assert kinds.of("kubectl://staging/build/worker-1") is one
        other = kinds.of("kubectl://staging/build/worker-2")
        assert other is not one
        assert one.machine("w1", None).directory is not None
        one.retry_now()
        for each in (one, other):
            await each.close()

    asyncio.run(main())
