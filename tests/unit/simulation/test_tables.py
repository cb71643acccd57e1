"""Tables for a terminal."""

from infusion.simulation.tables import Row, Section, beside, lines, width


def section(*rows: Row) -> Section:
    return Section(title="Alerts", columns=("raised", "taken"), rows=rows)


def test_columns_begin_at_one_place_though_chinese_signs_are_wide():
    told = list(
        lines([section(Row("红色", ("1", "90.0 %")), Row("Amber", ("12", "5")))])
    )
    at = [width(line[: line.index(cell)]) for line, cell in zip(
        told[2:], ("raised", "1", "12"), strict=True
    )]  # fmt: skip

    assert told[:2] == ["", "Alerts"]
    assert len(set(at)) == 1


def test_a_section_without_rows_is_not_told():
    assert list(lines([section()])) == []


def test_two_tables_stand_row_under_row_and_a_label_may_be_in_one_alone():
    both = beside(
        section(Row("fever", ("1", "2")), Row("tremor", ("3", "4"))),
        section(Row("fever", ("5", "6")), Row("chills", ("7", "8"))),
    )

    assert both.columns == ("", "raised", "taken")
    assert [(row.label, *row.cells) for row in both.rows] == [
        ("fever", "1", "1", "2"),
        ("", "2", "5", "6"),
        ("tremor", "1", "3", "4"),
        ("chills", "2", "7", "8"),
    ]
