"""A plan and the digest of a request are the same in every process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Sets of text come out in another order under another seed.
SCRIPT = """
import datetime as dt
import random
from infusion.domain.changes import Change, Scope, Verb
from infusion.domain.planner import plan_chain
from tests.properties.planner_worlds import world

print(list({"Mon", "Tue", "Wed", "Thu", "Fri"}))
for seed in range(12):
    chance = random.Random(seed)
    print(plan_chain(world(lambda choices: chance.choice(list(choices)))))
at = dt.datetime(2026, 6, 1, 14, tzinfo=dt.UTC)
asked = {"scope": Scope.CYCLE, "reason": "fever", "at": at, "recipe": "us-96h"}
change = Change(verb=Verb.SWAP_RECIPE, **asked)
print(change.digest)
"""


def said_under(seed: str) -> list[str]:
    """Return what the script prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout.splitlines()


def test_plans_and_digests_do_not_depend_on_the_seed_of_the_process():
    (order, *plans), (other, *others) = said_under("1"), said_under("2")

    assert order != other
    assert len(plans) == 13
    assert plans == others
