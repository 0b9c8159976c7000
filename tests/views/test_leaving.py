"""What becomes of open runs when octotui is left."""

import pytest

from octotui.views import leaving
from tests.scenes import SCENES


@pytest.mark.parametrize(
    ("name", "active", "leave"),
    [
        ("seed", "4 runs are active", "4 running jobs go on; what comes next waits for you"),
        ("cancelling", "1 run is active", "1 running job goes on; what comes next waits for you"),
        ("retrying", "1 run is active", "nothing is running; go on where it stands when you come back"),
    ],
)
def test_leaving_says_what_it_would_cost(name, active, leave):
    told = leaving.told(SCENES[name]().state)
    assert (told.active, told.leave) == (active, leave)


def test_a_server_that_ends_says_what_goes_on_and_what_waits():
    left = leaving.left(SCENES["seed"]().state)
    assert left.jobs == ("job-2.1", "job-3.1", "job-4.1", "job-5.1")
    assert left.lines[0] == "run-2  “Create the instance” goes on on worker1"
    assert left.lines[-1] == "4 open runs wait until the space is opened again"


def test_a_server_with_nothing_open_says_so():
    assert leaving.left(SCENES["idle"]().state).lines == ("nothing is left running",)
