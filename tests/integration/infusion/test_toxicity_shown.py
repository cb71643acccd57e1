"""Nobody decides on a rule of a toxicity that they have not seen."""

import pytest

from infusion import models
from infusion.domain.toxicity import Choice
from infusion.services.toxicity import RuleNotShown, decide_toxicity
from tests.factories.wards import ward
from tests.integration.infusion.test_toxicity import ONSET, asked, shown


def test_nobody_decides_on_a_rule_that_was_not_shown():
    here = ward()
    course = here.running()
    seen = shown(course, asked(grade=3), ONSET)

    with pytest.raises(RuleNotShown):
        decide_toxicity(
            actor=here.physician,
            course_id=course.id,
            asked=asked(grade=4),
            shown=seen,
            choice=Choice.INTERRUPT,
            reason="Seen for grade 3.",
            now=ONSET,
        )

    assert not models.ToxicityDecision.objects.exists()
