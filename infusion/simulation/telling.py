"""Reads what came of a synthetic course out of its rows, before they are gone."""

from infusion.simulation.life import Life
from infusion.simulation.stories import CourseStory


def tell(life: Life) -> CourseStory:
    """Return the story of a course."""
    return CourseStory(
        index=life.patient.index,
        group=life.patient.profile.group,
        regimen=life.plot.regimen,
        days_on_ward=0,
        days_at_home=0,
        ended_why=life.ended_why,
        changes=tuple(life.changes),
        stops=tuple(life.stops),
    )
