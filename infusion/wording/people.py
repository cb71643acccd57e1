"""What is said of patients, readings, addresses and caregivers."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_PATIENT = _("The patient")
_READING = _("This is not a reading")
_ADDRESS = _("The address")
_DEVICE = _("The device")
_LINK = _("The caregiver")

PEOPLE: Mapping[str, Wording] = {
    "missing": Wording(422, _PATIENT, _("This must not be left out.")),
    "not_supported": Wording(
        422, _PATIENT, _("This is not known here. Expected: %(expected)s.")
    ),
    "too_long": Wording(
        422, _PATIENT, _("At most %(most)s characters fit; nothing is cut.")
    ),
    "not_storable": Wording(
        422, _PATIENT, _("The text holds a character that cannot be stored.")
    ),
    "birth_in_the_future": Wording(
        422, _PATIENT, _("The date of birth has not come yet.")
    ),
    "mrn_taken": Wording(
        409, _PATIENT, _("Another patient of this site has this record number.")
    ),
    "holiday_calendar_unknown": Wording(
        422,
        _("The site"),
        _("No public holidays are known under this name."),
    ),
    "hours_not_understood": Wording(
        422,
        _("The site"),
        _("These working hours cannot be read."),
    ),
    "no_consent": Wording(409, _PATIENT, _("There is no consent to withdraw.")),
    "not_on_staff": Wording(
        422, _PATIENT, _("This person has no role at the patient's site.")
    ),
    "measurement_kind_unknown": Wording(
        422, _READING, _("There is no such reading. Expected: %(expected)s.")
    ),
    "value_impossible": Wording(422, _READING, _("No scale shows such a value.")),
    "too_precise": Wording(
        422,
        _READING,
        _("At most %(places)s digits after the point; nothing is rounded."),
    ),
    "outside_site_range": Wording(
        422,
        _READING,
        _("This is outside the range the site has signed for. Measure again."),
    ),
    "email_invalid": Wording(422, _ADDRESS, _("This is not an email address.")),
    "phone_invalid": Wording(422, _ADDRESS, _("This telephone number cannot exist.")),
    "wechat_invalid": Wording(
        422, _ADDRESS, _("This is not the OpenID of a WeChat user.")
    ),
    "contact_taken": Wording(409, _ADDRESS, _("The patient has this address already.")),
    "quiet_hours_incomplete": Wording(
        422, _ADDRESS, _("Quiet hours need a start and an end.")
    ),
    "push_endpoint_refused": Wording(
        422, _DEVICE, _("Push messages are not posted to this address.")
    ),
    "push_keys_invalid": Wording(
        422, _DEVICE, _("These are not the keys of a browser.")
    ),
    "push_off": Wording(409, _DEVICE, _("This service sends no push messages.")),
    "already_linked": Wording(
        409, _LINK, _("This person has an open link to the patient.")
    ),
    "own_caregiver": Wording(422, _LINK, _("A patient cannot be their own caregiver.")),
    "own_confirmation": Wording(
        403,
        _LINK,
        _("The caregiver cannot confirm this link; the patient or the staff do."),
    ),
    "link_move_refused": Wording(
        409, _LINK, _("The link cannot go from where it stands to there.")
    ),
    "dates_reversed": Wording(422, _LINK, _("The last day is before the first.")),
}
