"""What is said of records that come from outside as files."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_FILE = _("The file")
_RECORD = _("The record")

RECORDS: Mapping[str, Wording] = {
    "file_missing": Wording(422, _FILE, _("There is no such file or folder.")),
    "file_unreadable": Wording(422, _FILE, _("The file cannot be read.")),
    "not_json": Wording(422, _FILE, _("This is not JSON in UTF-8; it may be cut off.")),
    "too_large": Wording(422, _FILE, _("A line or document is too large.")),
    "no_patient": Wording(422, _FILE, _("The file holds no patient.")),
    "not_fhir": Wording(
        422, _RECORD, _("This is not a FHIR resource of a known type.")
    ),
    "fhir_invalid": Wording(
        422, _RECORD, _("A field does not have the shape FHIR R4 gives it.")
    ),
    "fhir_code": Wording(
        422,
        _RECORD,
        _("A code is outside the list that FHIR gives. Expected: %(expected)s."),
    ),
    "duplicate_key": Wording(422, _RECORD, _("One key is said twice.")),
    "field_unknown": Wording(
        422, _RECORD, _("There is no such field. Known are: %(known)s.")
    ),
    "value_not_read": Wording(
        422, _RECORD, _("This cannot be read. Expected: %(expected)s.")
    ),
    "duplicate_id": Wording(422, _RECORD, _("Two different records have one id.")),
    "modifier_not_understood": Wording(
        422, _RECORD, _("The record carries a modifier that is not understood.")
    ),
    "period_reversed": Wording(422, _RECORD, _("A period ends before it starts.")),
    "reference_not_found": Wording(
        422,
        _RECORD,
        _("The record points at another one that is not stored, or not clear."),
    ),
    "site_unknown": Wording(
        422, _RECORD, _("The organisation of the patient has several sites; name one.")
    ),
    "other_site": Wording(
        422,
        _RECORD,
        _("The patient is known at another site; an import never moves a patient."),
    ),
    "conflict": Wording(409, _RECORD, _("The record collides with another one.")),
    "not_a_demo": Wording(
        422,
        _("Not a demo"),
        _("Known accounts may only be made where demo mode is on."),
    ),
}
