"""Moves a running course to another version of its regimen: looked at, then confirmed."""

import datetime as dt
import uuid
from dataclasses import dataclass

from infusion import models
from infusion.catalogue.differences import Change, changes
from infusion.domain.blocks import BlockKind
from infusion.domain.refusals import Refusal
from infusion.domain.versions import altered
from infusion.selectors.regimens import (
    EffectiveRegimen,
    effective_regimen,
    opened,
    read_document,
    regimen_of,
)
from infusion.selectors.walking import Walk, load_walk
from infusion.services.common import changing
from infusion.services.ordering import check_complete
from infusion.services.planning import replan
from infusion.services.rounds import beyond_regimen, check_running
from infusion.services.snapshots import store_snapshot
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor


class RegimenVersionSame(Refusal):
    """The course is under this version already."""

    code = "regimen_version_same"


class RegimenVersionGone(Refusal):
    """Another version came in force since the change was looked at."""

    code = "regimen_version_gone"


class GivenRoundsWouldChange(Refusal):
    """The version contradicts what was given: the course can't be moved to it."""

    code = "given_rounds_would_change"


@dataclass(frozen=True, kw_only=True)
class VersionPreview:
    """What a change of version would do.

    ``digest`` names exactly what was looked at. ``altered`` are the places that
    contradict what was given; with one of them the change is refused.
    """

    before: str
    after: str
    digest: str
    changes: tuple[Change, ...]
    altered: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def can_change(self) -> bool:
        """Say whether the change may be confirmed."""
        return bool(self.changes) and not self.altered and not self.missing


def preview_regimen_version(
    *, actor: Actor, course_id: uuid.UUID, now: dt.datetime
) -> VersionPreview:
    """Show what the version in force would change of a course; store nothing.

    :raises NotFound: when there is no such course for the actor.
    """
    rows = policy.scope(models.Course.objects.select_related("snapshot"), actor)
    course = rows.filter(id=course_id).first()
    if course is None:
        raise NotFound(field="course")
    policy.check(actor, "course.view", course)
    return _preview(load_walk(course, now), *_in_force(course))


def change_regimen_version(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    version: str,
    digest: str,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Move a course to the version in force, as it was previewed, and plan it again.

    :raises RegimenVersionGone: when it is not the one that was previewed.
    :raises RegimenVersionSame: when nothing would change.
    :raises GivenRoundsWouldChange: naming what contradicts the rounds given.
    :raises RegimenIncomplete: when something is missing in it.
    """
    with changing(
        actor=actor,
        action="course.change_regimen",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        check_running(course)
        found, opening = _in_force(course)
        seen = _preview(load_walk(course, now), found, opening)
        _check_preview(seen, version, digest)
        check_complete(found.regimen)
        models.RegimenChange.objects.create(
            course=course,
            before=snapshot_of(course),
            after=store_snapshot(found, opening),
            reason=reason,
            changed_by_id=actor.user_id,
            changed_at=now,
        )
        _move(course, found, opening)
        replan(course, cause="regimen_changed", actor_id=actor.user_id, now=now)
    return course


def _check_preview(seen: VersionPreview, version: str, digest: str) -> None:
    """Refuse what was not looked at, changes nothing, or contradicts what was given."""
    if (seen.after, seen.digest) != (version, digest):
        raise RegimenVersionGone(field="version", version=seen.after)
    if not seen.changes:
        raise RegimenVersionSame(field="version")
    if seen.altered:
        places = ", ".join(seen.altered)
        raise GivenRoundsWouldChange(field="version", places=places)


def _move(course: models.Course, found: EffectiveRegimen, opening: str | None) -> None:
    """Let a course that was ordered to the end go to the end of the new version."""
    again = beyond_regimen(course)
    is_whole = course.cycles_planned >= regimen_of(course).max_cycles + again
    most = found.regimen.max_cycles + again
    course.cycles_planned = most if is_whole else min(course.cycles_planned, most)
    course.snapshot = store_snapshot(found, opening)
    course.regimen_version = found.version
    course.label_id = found.regimen.label_id
    course.label_revision = found.regimen.label_revision
    course.save()


def _in_force(course: models.Course) -> tuple[EffectiveRegimen, str | None]:
    """Return what is in force at the site, and the pre-phase the course opens with."""
    found = effective_regimen(course.regimen_key, course.site_id)
    first = snapshot_of(course).body["blocks"][0]
    own = {row["key"] for row in found.document["blocks"]}
    is_opening = first["kind"] == BlockKind.PREPHASE and first["key"] not in own
    return found, first["key"] if is_opening else None


def snapshot_of(course: models.Course) -> models.RegimenSnapshot:
    """Return the regimen a course is under; every course has one."""
    if course.snapshot is None:
        raise NotFound(field="snapshot")
    return course.snapshot


def _preview(
    walk: Walk, found: EffectiveRegimen, opening: str | None
) -> VersionPreview:
    before = snapshot_of(walk.course)
    after = opened(found.document, opening)
    new, digest = read_document(after, found.version)
    return VersionPreview(
        before=before.version,
        after=found.version,
        digest=digest,
        changes=tuple(changes(before.body, after)),
        altered=altered(walk.regimen, new, walk.rounds),
        missing=tuple(one.place for one in found.regimen.missing),
    )
