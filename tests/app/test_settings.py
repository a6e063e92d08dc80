"""The settings file: what is remembered, and that a strange one never stops the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.app.settings import MAX_RECENT, Settings, load, save, settings_path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Settings.__slots__)), inner)
    ),
)


def test_what_is_saved_is_loaded(tmp_path):
    settings = Settings(theme="dark", font_size=14, show_preview=False, editor_columns=[600, 300])
    settings.remember_file(tmp_path / "a.md")
    save(tmp_path / "deep" / "settings.json", settings)
    save(tmp_path / "deep" / "settings.json", settings)
    assert load(tmp_path / "deep" / "settings.json") == settings


def test_a_missing_file_means_defaults(tmp_path):
    assert load(tmp_path / "none.json") == Settings()


@given(JSON)
def test_any_json_gives_settings_of_the_right_types(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("s") / "settings.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    loaded = load(path)
    for name in Settings.__slots__:
        assert type(getattr(loaded, name)) is type(getattr(Settings(), name))
    assert loaded.theme in ("system", "light", "dark")


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"null", b'{"theme": "purple", "recent_files": [1]}']
)
def test_damaged_files_mean_defaults(tmp_path, data):
    path = tmp_path / "settings.json"
    path.write_bytes(data)
    assert load(path) == Settings()


def test_the_last_ten_are_remembered_the_newest_first():
    settings = Settings()
    for number in range(15):
        settings.remember_folder(Path(f"/f{number}"))
    settings.remember_folder(Path("/f10"))
    assert len(settings.recent_folders) == MAX_RECENT
    assert settings.recent_folders[:2] == ["/f10", "/f14"]


def test_the_file_lies_in_the_configuration_folder():
    assert settings_path({"XDG_CONFIG_HOME": "/c"}) == Path("/c/agenteditor/settings.json")
    assert settings_path({}) == Path.home() / ".config" / "agenteditor" / "settings.json"
