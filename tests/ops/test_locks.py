"""The lock files are what the requirement files ask for."""

from pathlib import Path

import pytest

from ops import locks

HASH = "--hash=sha256:" + "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return requirement files that are in order."""
    for level in locks.LEVELS:
        (tmp_path / f"{level}.in").write_text("# why\nDjango>=5.2,<5.3  # LTS\n")
        (tmp_path / f"{level}.txt").write_text(f"django==5.2.1 \\\n    {HASH}\n")
    return tmp_path


def test_what_is_in_order_is_left_alone(folder: Path) -> None:
    assert list(locks.problems(folder)) == []


def test_the_locks_of_this_checkout_are_in_order() -> None:
    assert list(locks.problems()) == []


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        (f"django==5.1 \\\n    {HASH}\n", "base.in:2: wants Django<5.3,>=5.2"),
        (f"other==5.2.1 \\\n    {HASH}\n", "base.txt has nothing"),
        ("django==5.2.1\n", "django has no hash"),
        (f"django==5.2.2 \\\n    {HASH}\n", "base.txt and local.txt differ"),
        (
            f"--index-url https://x.example/\ndjango==5.2.1 \\\n    {HASH}\n",
            "base.txt:1: names an address",
        ),
    ],
)
def test_what_is_not_is_named(folder: Path, lock: str, expected: str) -> None:
    (folder / "base.txt").write_text(lock)
    assert any(expected in line for line in locks.problems(folder))


def test_two_pins_for_two_platforms_are_one_package(folder: Path) -> None:
    text = (
        f'django==5.2.1 ; sys_platform == "linux" \\\n    {HASH}\n'
        f'django==5.1 ; sys_platform != "linux" \\\n    {HASH}\n'
    )
    for level in locks.LEVELS:
        (folder / f"{level}.txt").write_text(text)
    assert list(locks.problems(folder)) == []
