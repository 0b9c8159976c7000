import pytest

from octotui.views import leaving
from tests.scenes import SCENES


@pytest.mark.parametrize(
    ("name", "active", "leave"),
    [
        ("seed", "4 runs are active", "4 running jobs go on without octotui"),
        ("cancelling", "1 run is active", "1 running job goes on without octotui"),
        ("retrying", "1 run is active", "nothing is running; go on where it stands when you come back"),
    ],
)
def test_leaving_says_what_it_would_cost(name, active, leave):
    told = leaving.told(SCENES[name]().state)
    assert (told.active, told.leave) == (active, leave)
