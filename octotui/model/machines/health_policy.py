"""Machine policies: how the health of workers and targets is checked, and how often."""

from typing import Literal

import msgspec

from octotui.model.process import Script

DEFAULT_POLICY = "default"  # the slug of the policy of machines that name none
HOUR = 3600.0


class MachinePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How machines are checked: by a connection alone, or by a script on them as well.

    They are checked `every` so many seconds, or, with None, only when somebody asks. A check that takes
    longer than `timeout` seconds has failed.
    """

    name: str
    check: Literal["connection", "script"] = "connection"
    script: Script | None = None
    every: float | None = HOUR
    timeout: float = 60.0


HOURLY = MachinePolicy(name="connection, every hour")
"""The policy of a machine that is reached by a connection, where the model declares none."""
ON_DEMAND = MachinePolicy(name="on demand", every=None)
"""The policy of a machine that is this one, where the model declares none: its connection cannot break."""
