"""V9: which values the environment of a script carries, and what a run is warned of."""

from octotui.workers.environment_values import LARGEST, MANY, ROOM, CarriedValues, carried, warnings_of

BEGINNING = "get_octopusvariable has these variables, and the environment of scripts does not: "


def test_v9_names_that_would_be_one_are_ambiguous_unless_they_hold_the_same() -> None:
    values = {"Db.Name": "a", "Db_Name": "b", "Db Name": "c", "X.Y": "same", "X_Y": "same", "Other": "o"}
    found = carried(values)
    assert found.environment == {"X_Y": "same", "Other": "o"}
    assert found.left_out == dict.fromkeys(("Db.Name", "Db_Name", "Db Name"), "each would be $Db_Name")
    assert warnings_of(found) == (f'{BEGINNING}"Db.Name", "Db_Name", "Db Name" (each would be $Db_Name)',)


def test_v9_one_that_is_reserved_and_one_that_is_called_as_it_is_renamed_are_ambiguous() -> None:
    assert carried({"PATH": "a", "_PATH": "b"}).environment == {}
    assert carried({"PATH": "a"}).environment == {"_PATH": "a"}


def test_v9_what_is_too_large_has_a_nul_or_no_name_there_is_left_out() -> None:
    fits = LARGEST - len("Fits") - 10
    found = carried({"Fits": "x" * fits, "Large": "x" * LARGEST, "Nul": "a\0b", "...": "y", "日本": "z"})
    assert set(found.environment) == {"Fits"}
    assert found.left_out == {
        "Large": "too large",
        "Nul": "a NUL in it",
        "...": "not a letter or digit in the name",
        "日本": "not a letter or digit in the name",
    }
    assert carried({"Wide": "ö" * (LARGEST // 2)}).environment == {}


def test_v9_of_too_many_the_small_ones_are_carried() -> None:
    values = {f"V{number}": "x" * (1000 + number) for number in range(2000)}
    found = carried(values)
    assert 0 < len(found.environment) < 2000
    assert max(map(len, found.environment.values())) < min(len(values[name]) for name in found.left_out)
    assert sum(len(f"{name}={value}") for name, value in found.environment.items()) <= ROOM
    (warning,) = warnings_of(found)
    assert warning.endswith(f", and {len(found.left_out) - MANY:,} more")
    assert len(warning) < 1000
    assert warnings_of(carried(values | {"Another": "x" * 5000}), [warning]) == ()


def test_v9_a_run_is_warned_once_of_each() -> None:
    first = CarriedValues({"_PATH": "x"}, {"Big": "too large"})
    warnings = warnings_of(first)
    assert warnings == (
        f'{BEGINNING}"Big" (too large)',
        "programs read the names PATH, so no variable of a run has them in a script's environment:"
        " read it as $_PATH there, or with get_octopusvariable",
    )
    assert warnings_of(first, warnings) == ()
    later = CarriedValues({"_PATH": "x"}, {"Big": "too large", "Bigger": "too large", "Bi": "a NUL in it"})
    assert warnings_of(later, warnings) == (f'{BEGINNING}"Bigger" (too large), "Bi" (a NUL in it)',)
    assert warnings_of(CarriedValues({"A": "b"}, {})) == ()


def test_v9_a_name_is_renamed_only_where_a_line_was_put_before_it() -> None:
    """Not where what follows another first letter of it is one that programs go by."""
    names = ("GUID", "APATH", "JTERM", "XHOME", "xLD_PRELOAD", "1HOME")
    assert warnings_of(carried(dict.fromkeys(names, "x"))) == ()
    (warning,) = warnings_of(carried(dict.fromkeys((*names, "UID", "_HOME"), "x")))
    assert warning.startswith("programs read the names HOME, UID, so")
