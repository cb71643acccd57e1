"""Why an outside record is refused; no text here ever holds a value of it."""

from patients.domain.refusals import Refusal


class FileMissing(Refusal):
    """There is no such file or folder."""

    code = "file_missing"


class FileUnreadable(Refusal):
    """The file can't be opened or read."""

    code = "file_unreadable"


class TooLarge(Refusal):
    """A line or document is larger than is held in memory."""

    code = "too_large"


class NotJson(Refusal):
    """The text is not JSON in UTF-8; it may be cut off."""

    code = "not_json"


class NotFhir(Refusal):
    """The JSON is not a FHIR resource of a known type."""

    code = "not_fhir"


class DuplicateKey(Refusal):
    """An object says the same key twice, so that nobody knows which one counts."""

    code = "duplicate_key"


class FhirInvalid(Refusal):
    """A field does not have the shape FHIR R4 gives it."""

    code = "fhir_invalid"


class FhirCode(Refusal):
    """A code is outside the list that FHIR binds the field to."""

    code = "fhir_code"


class PeriodReversed(Refusal):
    """A period ends before it starts."""

    code = "period_reversed"


class ModifierNotUnderstood(Refusal):
    """The record carries a modifier: read without it, it would mean something else."""

    code = "modifier_not_understood"


class NoPatient(Refusal):
    """The file holds no Patient resource."""

    code = "no_patient"
