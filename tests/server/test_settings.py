"""Settings that come from files and commands: any of them, and no word of the value where one cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import SettingsError, settings

SECRET = "hunter2"
URL = f"postgresql+psycopg://eve:{SECRET}@db/proofolio"


def test_a_value_comes_from_a_file_or_a_command(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{URL}\n")
    from_file = settings({"PROOFOLIO_DATABASE_URL_FILE": str(tmp_path / "url")})
    from_command = settings({"PROOFOLIO_DATABASE_URL_COMMAND": f"printf '%s' '{URL}'"})
    assert from_file.database == from_command.database == URL


def test_every_setting_may(tmp_path: Path) -> None:
    (tmp_path / "n").write_text("7")
    given = {"PROOFOLIO_WORKERS_FILE": str(tmp_path / "n"), "PROOFOLIO_ORIGIN_COMMAND": "echo firm/log"}
    found = settings(given)
    assert (found.workers, found.origin) == (7, "firm/log")


def test_no_shell_runs_a_command(tmp_path: Path) -> None:
    found = settings({"PROOFOLIO_ORIGIN_COMMAND": f"echo a; touch {tmp_path / 'made'}"})
    assert found.origin == f"a; touch {tmp_path / 'made'}"
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"_FILE": "/nowhere"}, "no such file or directory"),
        ({"_FILE": "/"}, "is a directory"),
        ({"_FILE": "/dev/null"}, "gives no value"),
        ({"_FILE": "a\0b"}, "cannot be read"),
        ({"_COMMAND": "nowhere-to-be-found"}, "no such file"),
        ({"_COMMAND": "'"}, "quotes"),
        ({"_COMMAND": f"sh -c 'echo {SECRET}; echo {SECRET} >&2; exit 3'"}, "ended with code 3"),
        ({"_COMMAND": f"printf '{SECRET}\\n{SECRET}'"}, "no value in one line"),
        ({"_COMMAND": "printf '\\377'"}, "as text"),
        ({"_COMMAND": f"echo {SECRET}", "": SECRET}, "a second time"),
        ({"_COMMAND": f"echo {SECRET}", "_FILE": "FILE"}, "a second time"),
        ({"_COMMAND": f"echo mysql://{SECRET}"}, "starts with none of"),
    ],
)
def test_what_cannot_be_had_is_said_in_a_line_without_it(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    (tmp_path / "url").write_text(URL)
    given = {f"PROOFOLIO_DATABASE_URL{end}": value for end, value in variables.items()}
    with pytest.raises(SettingsError) as found:
        settings({name: str(tmp_path / "url") if value == "FILE" else value for name, value in given.items()})
    text = str(found.value)
    assert text.startswith("PROOFOLIO_DATABASE_URL")
    assert said in text
    assert SECRET not in text
    assert "\n" not in text


@pytest.mark.parametrize("value", ["maybe", "NO", "0"])
def test_whether_a_start_migrates_is_yes_or_no(value: str) -> None:
    assert settings({}).migrate
    assert not settings({"PROOFOLIO_MIGRATE": "no"}).migrate
    with pytest.raises(SettingsError, match="write yes or no"):
        settings({"PROOFOLIO_MIGRATE": value})
