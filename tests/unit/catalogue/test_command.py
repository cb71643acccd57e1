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


def test_the_dates_of_a_course_are_shown_with_every_way_out():
    out, _, _ = run("dates", "alliance-a041703", "--start", "2026-03-02")
    lines = [line.split("│") for line in out.splitlines() if "│" in line]
    cells = [[cell.strip() for cell in line[1:-1]] for line in lines]

    assert cells[0][1:] == [
        "1 / 1",
        "—",
        "2026-03-02",
        "2026-03-22",
        "Provisional",
        "ib | ic | ii-1",
    ]
    assert cells[-1][3:6] == ["—", "—", "Not known"]


def test_what_is_missing_is_named_with_the_dates_and_with_the_facts():
    place = "blocks.intensification.length_days: 来源未给出"

    dates, _, _ = run("dates", "e1910", "--start", "2026-03-02", "--language", "zh")
    shown, _, _ = run("show", "e1910", "--language", "zh")

    assert f"- {place}" in dates
    assert f"- {place}" in shown
    assert "暂定" in dates


def test_a_complete_regimen_misses_nothing():
    assert "Missing" not in run("show", "us-label-rr")[0]


def test_dates_are_of_a_regimen():
    assert run("dates", "us-7d", "--start", "2026-03-02")[2] == "us-7d is not a regimen"


@pytest.mark.parametrize("day", ["2026-3-2", "02.03.2026", "tomorrow", ""])
def test_a_start_is_a_day(day):
    assert (
        "is not a day such as 2026-03-02"
        in run("dates", "us-label-rr", "--start", day)[2]
    )


def test_a_regimen_that_is_not_sound_has_no_dates(tmp_path):
    loop = 'to = "c2"'
    path = written(tmp_path, "us-label-rr", (loop, 'to = "c9"'))

    _, _, ended = run("dates", path, "--start", "2026-03-02")

    assert "blocks.c1.next[1].to" in ended
    assert f"run: catalogue check {path}" in ended


def test_a_regimen_is_shown_with_its_graph_and_what_it_lacks():
    out, _, ended = run("show", "alliance-a041703")

    assert ended == ""
    assert "ia · IA: inotuzumab ozogamicin · Immunotherapy · 21 days" in out
    assert "    → ib: " in out
    assert "- blocks.iii-two.infusion.free_days: " in out


def test_a_graph_is_shown_in_chinese_with_optional_ways():
    out, _, _ = run("show", "us-label-rr", "--language", "zh")

    assert "    ⇢ allo-hsct ↻: 移植可以取代其中任何一个周期。" in out


def test_a_shared_block_is_shown():
    out, _, _ = run("show", "allo-hsct")

    assert "block.gate" in out


def test_a_regimen_that_is_not_sound_is_shown_up_to_its_first_problem(tmp_path):
    path = written(tmp_path, "us-label-rr", ('to = "c2"', 'to = "c9"'))

    assert "there is no block c9" in run("show", path)[2]


@pytest.fixture
def overlay(tmp_path):
    path = tmp_path / "our-site.toml"
    path.write_text(
        'schema = 1\nkind = "overlay"\nkey = "our-site"\n'
        'regimen = "us-label-consolidation"\n\n'
        '[values."blocks.blina-1.infusion.free_days"]\n'
        'value = "7"\nunit = "d"\nsource = "Ward protocol 7"\nnote = "As agreed"\n'
    )
    return path


def test_what_a_site_fills_in_is_checked_shown_and_compared_with_the_file(overlay):
    assert "sound" in run("check", overlay)[0]
    shown = run("show", overlay)[0]
    assert all(
        text in shown for text in ("7 d", "SITE", "Ward protocol 7", "As agreed")
    )
    difference = run("diff", "us-label-consolidation", overlay)[0]
    assert "blocks.blina-1.infusion.free_days.value" in difference
    assert "blina-2" not in difference
    assert "allo-hsct" not in difference


def test_an_overlay_that_does_not_fit_is_not_compared(overlay):
    overlay.write_text(overlay.read_text().replace('"d"', '"h"'))

    ended = run("diff", "us-label-consolidation", overlay)[2]

    assert "blocks.blina-1.infusion.free_days" in ended


def test_blocks_are_compared_by_key_whatever_their_number(tmp_path):
    before = '[[blocks]]\nkey = "relapse"'
    late = '[[blocks]]\nkey = "late"\nkind = "EXIT"\ntitle = { en = "Late", zh = "晚" }'
    added = (before, f"{late}\n\n{before}")
    path = written(tmp_path, "us-label-rr", added)

    out, _, _ = run("diff", "us-label-rr", path)

    assert "blocks.late.key" in out
    assert "blocks.relapse" not in out
