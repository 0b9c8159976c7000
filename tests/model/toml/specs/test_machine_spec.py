"""Keys of machines stand in the tables of workers and of targets alike."""

from octotui.model.toml.specs.machine_spec import TARGET, WORKER


def test_workers_and_targets_are_reached_by_the_same_keys() -> None:
    reached_by = {"directory", "endpoint", "account", "policy", "unreachable_limit"}
    assert reached_by == {key for key in WORKER.keys if key in TARGET.keys and key not in ("name", "enabled")}
    assert all(WORKER.keys[key] is TARGET.keys[key] for key in reached_by)
