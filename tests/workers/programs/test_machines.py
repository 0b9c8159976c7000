"""M1: one kind of machine for each endpoint; what each promises is in tests/workers/conformance.py."""

import asyncio
from pathlib import Path

from octotui.workers.kubectl.transport import pod_way
from octotui.workers.programs.machines import ProgramKinds


def test_m1_a_kind_for_each_endpoint_until_it_is_closed(tmp_path: Path) -> None:
    async def main() -> None:
        kinds = ProgramKinds(pod_way, "space", tmp_path)
        one = kinds.of("kubectl://staging/build/worker-1")
        assert kinds.of("kubectl://staging/build/worker-1") is one
        other = kinds.of("kubectl://staging/build/worker-2")
        assert other is not one
        assert one.machine("w1", None).directory is not None
        one.retry_now()
        for each in (one, other):
            await each.close()
        assert kinds.of("kubectl://staging/build/worker-1") is not one

    asyncio.run(main())
