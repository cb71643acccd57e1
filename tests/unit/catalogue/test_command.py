import io

import pytest
from django.core.management import CommandError, call_command

from tests.unit.catalogue.writing import written


def run(*arguments: object) -> tuple[str, str, str]:
    """Return output, errors, and what the command ended with."""
    out, err, ended = io.StringIO(), io.StringIO(), ""
    try:
        call_command("catalogue", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        ended = str(error)
    return out.getvalue(), err.getvalue(), ended


@pytest.fixture
def bad(tmp_path):
    return written(tmp_path, "us-7d", ('"100.8"', '"100"'))


def test_what_ships_is_sound():
    out, err, ended = run("check")

    assert "sound" in out
    assert "无误" in out
    assert (err, ended) == ("", "")


def test_a_bad_file_is_named_with_line_place_and_both_languages(bad):
    _, err, ended = run("check", bad)

    assert err.startswith(f"{bad}:18: facts.volume_ml: rate x hours = 0.6 x 168")
    assert "速率 × 小时数" in err
    assert ended.startswith("1 problem(s) in 1 file(s)")


@pytest.mark.parametrize(("language", "absent"), [("en", "速率"), ("zh", "rate")])
def test_one_language_may_be_asked_for(bad, language, absent):
    _, err, _ = run("check", bad, "--language", language)

    assert err
    assert absent not in err


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    assert "no such file" in run("check", tmp_path / "none.toml")[2]


def test_a_file_is_shown_with_marks_and_sources():
    out, _, _ = run("show", "us-7d")

    assert "168 h" in out
    assert "ONA" in out
    assert "needs local sign-off" in out


def test_a_file_is_shown_in_chinese(bad):
    out, _, _ = run("show", bad, "--language", "zh")

    assert "7 天输液袋" in out


def test_reminders_have_a_title_of_their_key():
    assert "default" in run("show", "default")[0]


@pytest.mark.parametrize("action", [("show", "us-9d"), ("diff", "us-7d", "us-9d")])
def test_an_unknown_key_is_refused_with_the_known_ones(action):
    assert "us-label-consolidation" in run(*action)[2]


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text("= 1")

    assert "is not TOML" in run("show", path)[2]


def test_two_files_are_compared_number_by_number(bad):
    out, _, _ = run("diff", "us-7d", bad)

    assert "facts.volume_ml.value" in out
    assert "100.8" in out


def test_a_file_compared_with_itself_has_no_changes():
    assert run("diff", "us-7d", "us-7d")[0] == "nothing changed · 无变化\n"


def test_what_is_on_one_side_only_has_a_dash():
    out, _, _ = run("diff", "us-24h", "us-7d")

    assert "—" in out
    assert "min_weight_kg" in out
