import io

import pytest
from django.core.management import CommandError, call_command


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("generate_docs", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_pages_of_this_checkout_are_current():
    assert run("--check")[0] == "every generated page is current\n"


def test_pages_are_made_once_and_then_left_alone(tmp_path):
    first, _ = run("--docs", tmp_path)
    second, _ = run("--docs", tmp_path)

    assert "made rules/us-7d.md" in first
    assert second.endswith("0 changed\n")


def test_stale_missing_and_left_over_pages_are_named(tmp_path):
    run("--docs", tmp_path)
    (tmp_path / "rules/us-7d.md").write_text("edited by hand")
    (tmp_path / "states/bag.md").unlink()
    (tmp_path / "rules/us-5d.md").write_text("a recipe that is gone")
    err = io.StringIO()

    with pytest.raises(CommandError):
        call_command("generate_docs", "--check", "--docs", str(tmp_path), stderr=err)

    assert err.getvalue().splitlines() == [
        "stale: rules/us-5d.md",
        "stale: rules/us-7d.md",
        "stale: states/bag.md",
    ]


def test_a_left_over_page_is_removed(tmp_path):
    left_over = tmp_path / "states" / "pump.md"
    left_over.parent.mkdir()
    left_over.write_text("gone")

    run("--docs", tmp_path)

    assert not left_over.exists()


def test_without_the_worked_examples_the_command_says_so(tmp_path, settings):
    settings.BASE_DIR = tmp_path

    with pytest.raises(CommandError, match="full checkout"):
        run("--docs", tmp_path)


def test_what_needs_a_signature_is_said_in_both_languages(tmp_path):
    run("--docs", tmp_path)

    page = (tmp_path / "rules/us-7d.md").read_text()

    assert page.count("**needs local sign-off · 需本机构签署**") == 5


def test_the_examples_are_those_that_are_tested(tmp_path):
    run("--docs", tmp_path)

    page = (tmp_path / "rules/worked-examples.md").read_text()

    assert "| full | 40.5 | 162 | sqrt(162 x 40.5 / 3600) x 15 | 20.25 | no |" in page
