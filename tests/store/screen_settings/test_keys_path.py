from octotui.store.screen_settings.keys_path import has_keys_file, keys_file


def test_it_is_beside_the_configuration_unless_another_one_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("OCTOTUI_KEYS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert keys_file() == tmp_path / "octotui" / "keys.toml"
    assert not has_keys_file()
    keys_file().parent.mkdir()
    keys_file().touch()
    assert has_keys_file()
    monkeypatch.setenv("OCTOTUI_KEYS", str(tmp_path / "other.toml"))
    assert keys_file() == tmp_path / "other.toml"
    assert has_keys_file()
