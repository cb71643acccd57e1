"""Reads regimens: as the file says, as a site completed them, as a course was ordered."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from infusion import catalogue, models
from infusion.catalogue.blocks import shared_rows
from infusion.catalogue.files import CatalogueFileRefused
from infusion.domain.blocks import BlockKind
from infusion.domain.overlays import effective_version
from infusion.domain.regimens import BlockUnknown, Regimen
from infusion.domain.states import OverlayStatus

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class EffectiveRegimen:
    """A regimen as it is in force at a site, or as its file says when no site is named.

    ``is_outdated`` says that the site signed values for another file than the one here:
    they don't count until they are signed again.
    """

    regimen: Regimen
    document: Document
    overlay: models.RegimenOverlay | None = None
    is_outdated: bool = False

    @property
    def version(self) -> str:
        """Return the version of the file, with the number of the site's overlay."""
        return self.regimen.version


@cache
def document(key: str) -> Document:
    """Return a regimen file as data that needs no other file; as of this process.

    :raises RegimenUnknown: when there is none of this key.
    """
    return catalogue.document(key)


def effective_regimen(key: str, site_id: uuid.UUID | None = None) -> EffectiveRegimen:
    """Return a regimen with what the site has signed.

    :raises RegimenUnknown: when there is none of this key.
    """
    signed = _in_force(site_id, key) if site_id else {}
    return _effective(key, signed.get(key))


def list_effective(site_id: uuid.UUID | None = None) -> list[EffectiveRegimen]:
    """List every regimen by its key, with what the site has signed: one query."""
    signed = _in_force(site_id) if site_id else {}
    return [
        _effective(key, signed.get(key)) for key in sorted(catalogue.all_regimens())
    ]


def newer_version(course: models.Course) -> str:
    """Return the version in force at the site, when a course is under another one.

    Empty when it is the same, and when no file of that regimen is left.
    """
    if course.regimen_key not in catalogue.all_regimens():
        return ""
    found = effective_regimen(course.regimen_key, course.site_id).version
    return "" if found == course.regimen_version else found


def regimen_of(course: models.Course) -> Regimen:
    """Return the regimen a course was ordered under, whatever the files say now."""
    return snapshot_regimen(course.snapshot_id)


@lru_cache(maxsize=256)
def snapshot_regimen(snapshot_id: uuid.UUID) -> Regimen:
    """Return a stored regimen; rows of snapshots never change, so it is kept."""
    row = models.RegimenSnapshot.objects.get(id=snapshot_id)
    return replace(catalogue.regimen_from(row.body), version=row.version)


def read_document(data: Document, version: str) -> tuple[Regimen, str]:
    """Return the regimen of a document under a version, and the document's digest."""
    digest = catalogue.digest_of(data)
    return replace(catalogue.regimen_from(data, digest), version=version), digest


def opened(data: Document, opening: str | None) -> Document:
    """Return a regimen that begins with a shared pre-phase.

    :raises BlockUnknown: when there is no such pre-phase; names those there are.
    """
    if opening is None:
        return data
    rows = shared_rows()
    known = [key for key, row in rows.items() if row["kind"] == BlockKind.PREPHASE]
    if opening not in known:
        raise BlockUnknown(field="opening", known=", ".join(known))
    first = {"to": data["blocks"][0]["key"]}
    return {**data, "blocks": [{**rows[opening], "next": [first]}, *data["blocks"]]}


def _in_force(
    site_id: uuid.UUID, key: str | None = None
) -> dict[str, models.RegimenOverlay]:
    rows = models.RegimenOverlay.objects.filter(
        site_id=site_id, status=OverlayStatus.IN_FORCE
    )
    if key is not None:
        rows = rows.filter(regimen_key=key)
    return {row.regimen_key: row for row in rows}


def _effective(key: str, overlay: models.RegimenOverlay | None) -> EffectiveRegimen:
    data = document(key)
    if overlay is not None and overlay.base_digest == catalogue.digest_of(data):
        done = _with_values(data, overlay)
        if done is not None:
            return done
    return EffectiveRegimen(
        regimen=catalogue.get_regimen(key),
        document=data,
        is_outdated=overlay is not None,
    )


def _with_values(
    data: Document, overlay: models.RegimenOverlay
) -> EffectiveRegimen | None:
    """Return a regimen with the values of an overlay; None when they fit no longer.

    What was signed may be refused by a later release, such as for a recipe that is gone:
    it is then as outdated as one for another file, and no page of a course breaks.
    """
    values = json.dumps(overlay.values, sort_keys=True)
    try:
        done, regimen = _completed(_Base(overlay.base_digest, data), values)
    except CatalogueFileRefused:
        return None
    version = effective_version(overlay.base_version, overlay.number)
    return EffectiveRegimen(
        regimen=replace(regimen, version=version), document=done, overlay=overlay
    )


@dataclass(frozen=True)
class _Base:
    """A document that is the same as another when its digest is."""

    digest: str
    data: Document = field(compare=False)


@lru_cache(maxsize=256)
def _completed(base: _Base, values: str) -> tuple[Document, Regimen]:
    """Fill values into a document, once for all pages that ask for it."""
    done = catalogue.completed(base.data, json.loads(values))
    return done, catalogue.regimen_from(done)
