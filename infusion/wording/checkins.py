"""What is said when an answer to a check-in cannot be read."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_CHECK_IN = _("The check-in")
_ADVERSE_EVENT = _("The adverse event")
_SITE_TEXT = _("The text of the site")
_TRIAGE = _("The triage rules")

CHECKINS: Mapping[str, Wording] = {
    "form_differs": Wording(
        409,
        _CHECK_IN,
        _("These answers are to other questions than %(wanted)s. Ask again."),
    ),
    "answers_unread": Wording(
        409,
        _CHECK_IN,
        _(
            "These answers are to another version of the questions. They are kept word for "
            "word, and somebody will read them and ring. Load the questions again and "
            "answer them once more."
        ),
    ),
    "answer_not_on_form": Wording(
        422, _CHECK_IN, _("There is no such question, or no such answer to it.")
    ),
    "answer_in_the_future": Wording(
        422, _CHECK_IN, _("This instant has not come yet.")
    ),
    "answer_too_long": Wording(
        422, _CHECK_IN, _("An answer has at most %(most)s characters.")
    ),
    "form_unknown": Wording(422, _CHECK_IN, _("There are no such questions.")),
    "form_twice": Wording(
        422, _CHECK_IN, _("The same questions come twice. Send each form once.")
    ),
    "answers_differ": Wording(
        409,
        _CHECK_IN,
        _("Other answers were sent under this id before. Nothing was changed."),
    ),
    "answers_corrected": Wording(
        409,
        _CHECK_IN,
        _("These answers were corrected before. Correct the correction."),
    ),
    "nobody_answered": Wording(
        422, _CHECK_IN, _("Say who spoke: the patient or a caregiver.")
    ),
    "nothing_answered": Wording(422, _CHECK_IN, _("There is no answer to keep.")),
    "nothing_to_look_at": Wording(
        409, _CHECK_IN, _("This check-in asks for nobody at present.")
    ),
    "photo_too_large": Wording(
        422,
        _CHECK_IN,
        _("The photo is larger than %(most)s MB. The answers are kept."),
    ),
    "photo_too_wide": Wording(
        422,
        _CHECK_IN,
        _("The photo has more than %(most)s million pixels. The answers are kept."),
    ),
    "not_a_photo": Wording(
        422,
        _CHECK_IN,
        _("This is no JPEG, PNG or WebP picture. The answers are kept."),
    ),
    "photo_not_asked": Wording(
        422, _CHECK_IN, _("No photo was asked for with this question.")
    ),
    "too_many_photos": Wording(
        409, _CHECK_IN, _("There are %(most)s photos with these answers already.")
    ),
    "only_clinical": Wording(
        422, _CHECK_IN, _("Only a clinician can record this, not a home.")
    ),
    "result_of_another": Wording(
        422, _ADVERSE_EVENT, _("This result is not of this course.")
    ),
    "adverse_event_closed": Wording(
        409, _ADVERSE_EVENT, _("It was withdrawn; nothing more is written down of it.")
    ),
    "event_ends_before": Wording(
        422, _ADVERSE_EVENT, _("This instant lies before it began.")
    ),
    "grade_without_scale": Wording(
        422, _ADVERSE_EVENT, _("Say by which scale it was graded.")
    ),
    "grade_not_on_scale": Wording(
        422, _ADVERSE_EVENT, _("There is no such grade. Leave it out if not known.")
    ),
    "triage_rules_refused": Wording(
        422, _TRIAGE, _("%(place)s is not sound: %(reason)s.")
    ),
    "triage_draft_open": Wording(
        409,
        _TRIAGE,
        _("Somebody began a draft at the same moment. Load the page again."),
    ),
    "triage_document_closed": Wording(
        409, _TRIAGE, _("These rules are in force or over. Draft a new change.")
    ),
    "triage_second_person": Wording(
        409, _TRIAGE, _("Another person than who drafted them brings them in force.")
    ),
    "advice_incomplete": Wording(
        422, _SITE_TEXT, _("Write it in English and in Chinese.")
    ),
    "text_draft_open": Wording(
        409,
        _SITE_TEXT,
        _("Somebody began a draft at the same moment. Load the page again."),
    ),
    "second_person_needed": Wording(
        409, _SITE_TEXT, _("Another person than who wrote it approves it.")
    ),
    "question_not_to_word": Wording(
        422, _SITE_TEXT, _("This is no question that the site words.")
    ),
}
