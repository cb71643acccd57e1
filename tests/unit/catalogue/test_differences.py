from infusion.catalogue.differences import Change, changes


def test_the_same_file_has_no_changes():
    assert changes({"a": {"b": 1}}, {"a": {"b": 1}}) == []


def test_what_changed_came_and_went_is_named_by_place():
    before = {"facts": {"hours": {"value": "24"}, "old": 1}, "keys": ["x", "y"]}
    after = {"facts": {"hours": {"value": "48"}, "new": 2}, "keys": ["x"]}

    assert changes(before, after) == [
        Change(place="facts.hours.value", before="24", after="48"),
        Change(place="facts.old", before="1", after=None),
        Change(place="keys", before="x, y", after="x"),
        Change(place="facts.new", before=None, after="2"),
    ]


def test_tables_in_a_list_are_counted_from_one():
    before = {"cycles": [{"first": 1}, {"first": 2}]}
    after = {"cycles": [{"first": 1}, {"first": 3}]}

    assert changes(before, after) == [
        Change(place="cycles[2].first", before="2", after="3")
    ]
