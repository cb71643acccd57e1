"""What must hold in every course at every moment, however it goes."""

from infusion.simulation.life import Life


class InvariantBroken(Exception):
    """Something that must never be is."""


class Invariants:
    """Looks at a course after every act."""

    def check(self, life: Life, warned: list[str]) -> None:
        """Look at what an act has left.

        :raises InvariantBroken: when something is not as it must be.
        """
        if warned:
            what = f"{life.act}: the background warned of {', '.join(warned)}"
            raise InvariantBroken(what)

    def check_at_end(self, life: Life) -> None:
        """Look at the whole course once more."""
