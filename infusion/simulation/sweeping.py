"""The background of the service, on the simulated clock: at its instants, not each minute."""

import datetime as dt

from infusion.services.alert_sweeps import sweep_alerts
from infusion.services.checkins_missing import mark_missed
from infusion.services.checkins_planning import plan_check_ins_due
from infusion.services.following import refresh_recipients
from infusion.services.reassessing import reassess_due
from infusion.simulation.life import Life

# Whatever is not foreseen is found by these; check-ins are planned three days ahead.
EVERY = dt.timedelta(days=1)


def wake(life: Life) -> None:
    """Do what the sweeps would do at this instant: something is due."""
    mark_missed(now=life.now)
    sweep_alerts(now=life.now, offset=life.offset)


def look_ahead(life: Life) -> None:
    """Do what is done now and then, and come back."""
    plan_check_ins_due(now=life.now, offset=life.offset)
    reassess_due(now=life.now, offset=life.offset)
    refresh_recipients(now=life.now)
    wake(life)
    life.enter(life.now + EVERY, "the sweeps", look_ahead)
