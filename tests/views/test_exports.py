"""What was written, in words."""

from pathlib import Path

from octotui.views.exports import backed_up, told


def test_an_export_says_what_is_in_it_and_how_large_it_is() -> None:
    path = Path("run-1.zip")
    assert (
        told(path, 2048, ("run-1",), 7, whole=True) == "run-1.zip: run-1 and all it started, 7 events, 2 KiB"
    )
    assert told(path, 9, ("run-1", "run-4"), 1, whole=False) == (
        "run-1.zip: run-1 and run-4 and all they started, as far as that is, 1 event, 9 B"
    )


def test_a_backup_says_up_to_where_it_goes() -> None:
    assert (
        backed_up(Path("k.tar.gz"), 2048, "Kraken", 12, 1) == "k.tar.gz: Kraken up to event 12, 1 run, 2 KiB"
    )
