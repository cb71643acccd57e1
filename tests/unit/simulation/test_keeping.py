"""Courses of a long run that are kept, so that it can be stopped and gone on with."""

import datetime as dt
import resource
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from infusion.catalogue.triage import shipped_triage
from infusion.simulation.keeping import KeepingRefused, kept_stories, release_digest
from infusion.simulation.processes import Run
from infusion.simulation.stories import CourseStory
from tests.unit.simulation.rough import story

RUN = Run(seed=7, regimen="us-label-rr", cycles=None, days=800)
STORIES = [story(7, index, shipped_triage()) for index in range(4)]
LONGEST = dt.timedelta(days=1000)

st.register_type_strategy(dt.timedelta, st.timedeltas(-LONGEST, LONGEST))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(string.printable, max_size=9))


def kept(folder, run=RUN):
    with kept_stories(folder, run) as found:
        return found.stories


def keep(folder, stories, run=RUN):
    with kept_stories(folder, run) as found:
        assert list(found.keep(stories)) == list(stories)


def only_file(folder):
    (path,) = folder.iterdir()
    return path


@given(st.from_type(CourseStory))
def test_a_course_is_read_as_it_was_kept(one):
    whole = TypeAdapter(CourseStory)

    assert whole.validate_json(whole.dump_json(one)) == one


def test_a_run_goes_on_from_what_it_kept(tmp_path):
    keep(tmp_path, STORIES[:2])
    keep(tmp_path, STORIES[2:])

    assert kept(tmp_path) == dict(enumerate(STORIES))


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, seed=8),
        replace(RUN, regimen="us-label-mrd"),
        replace(RUN, cycles=1),
        replace(RUN, days=20),
        replace(RUN, group="CHILD"),
        replace(RUN, rules="key = 'mine'"),
    ],
    ids=["seed", "regimen", "cycles", "days", "group", "rules"],
)
def test_another_run_has_nothing_of_it(tmp_path, other):
    keep(tmp_path, STORIES)

    assert kept(tmp_path, other) == {}
    assert len(kept(tmp_path)) == len(STORIES)


def test_another_release_has_nothing_of_it(tmp_path, monkeypatch):
    keep(tmp_path, STORIES)
    monkeypatch.setattr("infusion.simulation.keeping.release_digest", lambda _: "next")

    assert kept(tmp_path) == {}


@pytest.mark.parametrize(
    "changed", ["infusion/domain/clock.py", "infusion/a.toml", "requirements/base.txt"]
)
def test_whatever_changes_a_course_makes_another_release(tmp_path, changed):
    for name in (
        "infusion/domain/clock.py",
        "infusion/a.toml",
        "requirements/base.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    before = release_digest(tmp_path)
    (tmp_path / "infusion" / "shown.html").write_text("a page changes no course")
    assert release_digest(tmp_path) == before

    (tmp_path / changed).write_text("after")

    assert release_digest(tmp_path) != before


def test_a_line_that_was_cut_short_is_lived_again(tmp_path):
    keep(tmp_path, STORIES[:3])
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])

    assert list(kept(tmp_path)) == [0, 1]
    keep(tmp_path, STORIES[2:])
    assert kept(tmp_path) == dict(enumerate(STORIES))


def test_a_first_line_that_was_cut_short_is_written_again(tmp_path):
    keep(tmp_path, [])
    path = only_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:9])

    keep(tmp_path, STORIES[:1])

    assert path.read_bytes().startswith(whole)
    assert list(kept(tmp_path)) == [0]


def test_a_line_that_is_no_course_is_named_and_nothing_is_lost(tmp_path):
    keep(tmp_path, STORIES[:2])
    path = only_file(tmp_path)
    spoilt = path.read_bytes().replace(b'"index":0', b'"index":"none"')
    path.write_bytes(spoilt)

    with pytest.raises(KeepingRefused, match=rf"Line 2 of {path} is no course"):
        kept(tmp_path)
    assert path.read_bytes() == spoilt


def test_two_at_once_do_not_write_to_one_file(tmp_path):
    with (
        kept_stories(tmp_path, RUN),
        pytest.raises(KeepingRefused, match="Another run is writing"),
    ):
        kept(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(KeepingRefused, match="can't be written"):
        kept(tmp_path / "file")


def test_a_full_disk_is_told_and_what_was_lived_before_is_there(tmp_path):
    keep(tmp_path, STORIES[:1])
    room = only_file(tmp_path).stat().st_size + 100
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(KeepingRefused, match="can't be written"):
            keep(tmp_path, STORIES[1:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(kept(tmp_path)) == [0]
    keep(tmp_path, STORIES[1:])
    assert kept(tmp_path) == dict(enumerate(STORIES))
