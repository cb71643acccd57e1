"""What the parts of a regimen's graph are called: kinds, facts, verdicts, doubts."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]

BLOCKS: Words = {
    "PREPHASE": _("Pre-phase"),
    "CHEMOTHERAPY": _("Chemotherapy"),
    "IMMUNOTHERAPY": _("Immunotherapy"),
    "TARGETED": _("Targeted drug"),
    "BLINATUMOMAB": _("Blinatumomab"),
    "COMBINED": _("Blinatumomab with other drugs"),
    "MAINTENANCE": _("Maintenance"),
    "DECISION": _("Decision"),
    "EXIT": _("Way out of the regimen"),
}
ROUTES: Words = {
    "IV": _("into a vein"),
    "SC": _("under the skin"),
    "PO": _("by mouth"),
    "IT": _("intrathecal"),
    "RADIOTHERAPY": _("radiotherapy"),
    "UNSTATED": _("route not stated"),
}
RHYTHMS: Words = {
    "DISCRETE": _("on single days"),
    "DAILY": _("every day"),
    "CONTINUOUS": _("without a break"),
}
ROUNDS: Words = {
    "EXPECTED": pgettext_lazy("block", "Expected"),
    "PLANNED": pgettext_lazy("block", "Planned"),
    "STARTED": pgettext_lazy("block", "Running"),
    "COMPLETED": pgettext_lazy("block", "Done"),
    "STOPPED": pgettext_lazy("block", "Stopped early"),
    "ELSEWHERE": pgettext_lazy("block", "Given elsewhere"),
    "OMITTED": pgettext_lazy("block", "Left out, not given"),
}
FIRMNESS: Words = {
    "FIRM": pgettext_lazy("date", "Firm"),
    "PROVISIONAL": pgettext_lazy("date", "Provisional"),
    "UNKNOWN": pgettext_lazy("date", "Not known"),
}
VERDICTS: Words = {
    "OPEN": pgettext_lazy("branch", "Open: the facts meet every condition"),
    "CLOSED": pgettext_lazy("branch", "Closed: the facts speak against it"),
    "UNKNOWN": pgettext_lazy("branch", "Cannot assess: a fact is missing"),
}
WHYS: Words = {
    "GATE": _("%(block)s starts only when its start condition is met"),
    "DECISION": _("a decision is due after %(block)s"),
    "LENGTH": _("no source gives the length of %(block)s"),
    "NOT_STARTED": _("%(block)s has not started"),
}
# The dose levels of the shipped files; a key without words is shown as it stands.
LEVELS: Words = {
    "low": pgettext_lazy("dose level", "low"),
    "full": pgettext_lazy("dose level", "full"),
}
FACTS: Words = {
    "REMISSION": _("Remission"),
    "MRD": _("MRD"),
    "CYTOREDUCTION": _("Cytoreduction"),
    "AGE_YEARS": _("Age"),
    "CNS_STATUS": _("CNS status"),
    "CD19": _("CD19"),
    "CD20": _("CD20"),
    "DONOR": _("Donor"),
    "RESPONSE": _("Response"),
    "RISK_GROUP": _("Risk group"),
    "MOLECULAR_RESPONSE": _("Molecular response"),
    "PAYER_CAP_REACHED": _("Payer's limit of cycles reached"),
    "COUNTS_RECOVERED": _("Blood counts recovered"),
    "NEUTROPHILS": _("Neutrophils"),
    "PLATELETS": _("Platelets"),
    "MARROW_BLASTS": _("Blasts in the marrow"),
    "BLOOD_BLASTS": _("Blasts in the blood"),
    "PHYSICIAN_CHOICE": _("The physician's choice"),
}
_YES_NO: Words = {"YES": _("yes"), "NO": _("no")}
_SIGNS: Words = {
    "NEGATIVE": pgettext_lazy("finding", "negative"),
    "POSITIVE": pgettext_lazy("finding", "positive"),
    "INDETERMINATE": pgettext_lazy("finding", "indeterminate"),
}
VALUES: Mapping[str, Words] = {
    "REMISSION": {
        "CR": _("complete remission (CR)"),
        "CRH": _("CR with partial recovery of counts (CRh)"),
        "CRI": _("CR with incomplete recovery of counts (CRi)"),
        "NONE": _("no remission"),
        "RELAPSE": _("relapse"),
    },
    "MRD": _SIGNS,
    "CD19": _SIGNS,
    "CD20": _SIGNS,
    "CYTOREDUCTION": _YES_NO,
    "DONOR": {"YES": _("available"), "NO": _("none")},
    "RESPONSE": _YES_NO,
    "MOLECULAR_RESPONSE": {
        "COMPLETE": pgettext_lazy("response", "complete"),
        "MAJOR": pgettext_lazy("response", "major"),
        "NONE": pgettext_lazy("response", "none"),
    },
    "PAYER_CAP_REACHED": _YES_NO,
    "COUNTS_RECOVERED": _YES_NO,
}
# A remission in a sentence with several of them; the long names stand in the forms.
SHORT_VALUES: Mapping[str, Mapping[str, str]] = {
    "REMISSION": {"CR": "CR", "CRH": "CRh", "CRI": "CRi"},
}
ASSAYS: Words = {
    "FLOW": _("flow cytometry"),
    "PCR": _("PCR of IG/TR genes"),
    "NGS": _("sequencing (NGS)"),
    "CLONOSEQ": _("clonoSEQ"),
    "BCR_ABL1": _("BCR::ABL1 transcripts"),
}
UNITS: Words = {
    "AGE_YEARS": _("years"),
    "BLOOD_BLASTS": _("cells/µL"),
}
# The same in every language.
SIGNS: Mapping[str, str] = {
    "NEUTROPHILS": "×10⁹/L",
    "PLATELETS": "×10⁹/L",
    "MARROW_BLASTS": "%",
}
TRIGGERS: Words = {
    "CYCLE_START": _("Before the start of the cycle"),
    "DOSE_STEP": _("Before the step of the dose"),
    "RESTART": _("Before a restart after 4 hours or more"),
}
MARKS: Words = {
    "A": _("seen in two or more independent sources"),
    "B": _("seen in one source"),
    "D": _("derived by arithmetic from sourced facts"),
    "S": _("seen in the source named"),
    "F": _("stated in the consensus article"),
    "U": _("background knowledge, not seen in a source"),
    "M": _("general knowledge of the literature, not seen in a source"),
    "I": _("inferred, not stated by a source"),
    "NF": _("looked for and not found"),
    "SITE": _("completed and signed by the site"),
}
