"""The table of faults in the document."""

from pathlib import Path

from ops import faults

ROW = {
    "rows": 2400,
    "lost": 0,
    "doubled": 0,
    "asked_twice": 3,
    "unknown": 0,
    "untrue": 0,
    "late_p50": 1.25,
    "late_p99": 9.0,
}


def test_what_became_of_all_rounds_stands_between_the_marks(
    tmp_path: Path,
) -> None:
    document = tmp_path / "operations.md"
    document.write_text(f"before\n{faults.BEGIN}\nold\n{faults.END}\nafter\n")
    verdicts = [
        {**ROW, "fault": "Redis flushed", "lost": 7, "late_p99": 11.0},
        {**ROW, "fault": "beat twice"},
        {**ROW, "fault": "Redis flushed", "late_p50": 2.25},
    ]

    faults.write(document, faults.gathered(verdicts), 20)

    lines = document.read_text().splitlines()
    assert lines[0] == "before"
    assert lines[-1] == "after"
    assert "old" not in lines
    assert "20 times in a row" in lines[2]
    assert lines[6:8] == [
        "| beat twice | 2400 | 0 | 0 | 3 | 0 | 1.2 | 9.0 |",
        "| Redis flushed | 4800 | 7 | 0 | 6 | 0 | 1.8 | 11.0 |",
    ]


def test_a_run_that_was_cut_short_is_read_as_far_as_it_came(tmp_path: Path) -> None:
    assert faults.read(tmp_path / "missing") == []
