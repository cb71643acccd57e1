"""How much per day: fixed from 45 kg, by body surface below, with the label's caps.

Sources: clinical fact sheet of the label, sections 1.1 (dose bands, mark A) and 10
(body surface). Which surface formula and which rounding the label expects was not found:
both are site settings that need local sign-off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from infusion.domain.quantities import Unit, UnitNotSupported
from infusion.domain.refusals import Refusal

# A plausibility guard of the service, not a clinical limit (mark I): nobody alive is
# shorter, but a height in metres reads so.
SHORTEST_CM = Decimal(10)


class SurfaceFormula(StrEnum):
    """How body surface is computed from height in cm and weight in kg."""

    MOSTELLER = "MOSTELLER"
    DU_BOIS = "DU_BOIS"


class Basis(StrEnum):
    """What a dose is computed from."""

    FIXED = "FIXED"
    SURFACE = "SURFACE"


class WeightMissing(Refusal):
    """There is no weight to dose by."""

    code = "weight_missing"


class HeightMissing(Refusal):
    """A dose by body surface needs a height."""

    code = "height_missing"


class DoseNotInRegimen(Refusal):
    """The regimen gives no dose for a patient of this weight."""

    code = "dose_not_in_regimen"


class DoseRoundsToZero(Refusal):
    """The dose is so small that the rounding step of the site leaves nothing of it."""

    code = "dose_rounds_to_zero"


@dataclass(frozen=True, kw_only=True)
class DoseLevel:
    """One level of a regimen: mcg/day fixed, mcg/m2/day below the limit, cap in mcg/day.

    None where the regimen gives no such dose: it is then for patients of the other side
    of the limit alone.
    """

    key: str
    fixed_mcg: Decimal | None
    per_m2_mcg: Decimal | None
    cap_mcg: Decimal | None


@dataclass(frozen=True, kw_only=True)
class DosingWeight:
    """The facts a dose is computed from, frozen for a cycle. kg and cm."""

    weight_kg: Decimal
    height_cm: Decimal | None = None
    formula: SurfaceFormula = SurfaceFormula.MOSTELLER

    def __post_init__(self) -> None:
        """Refuse what can't be a weight or a height.

        :raises WeightMissing: when the weight is not above zero.
        :raises HeightMissing: when a height is given that is not above zero.
        """
        if not self.weight_kg.is_finite() or self.weight_kg <= 0:
            raise WeightMissing(field="weight_kg")
        if self.height_cm is not None and (
            not self.height_cm.is_finite() or self.height_cm <= 0
        ):
            raise HeightMissing(field="height_cm")


@dataclass(frozen=True, kw_only=True)
class DailyDose:
    """A daily dose in mcg and how it was reached."""

    level: str
    mcg: Decimal
    unrounded_mcg: Decimal
    basis: Basis
    surface_m2: Decimal | None = None
    is_capped: bool = False


def surface_m2(
    weight_kg: Decimal, height_cm: Decimal, formula: SurfaceFormula
) -> Decimal:
    """Return the body surface in m2, unrounded (section 10 of the fact sheet)."""
    with localcontext() as context:
        context.prec = 28
        return _SURFACE[formula](weight_kg, height_cm)


def _mosteller(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    return (height_cm * weight_kg / Decimal(3600)).sqrt()


def _du_bois(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    return (
        Decimal("0.007184")
        * height_cm ** Decimal("0.725")
        * weight_kg ** Decimal("0.425")
    )


_SURFACE = {
    SurfaceFormula.MOSTELLER: _mosteller,
    SurfaceFormula.DU_BOIS: _du_bois,
}


@dataclass(frozen=True, kw_only=True)
class DoseTable:
    """The levels of a regimen and the weight in kg from which doses are fixed.

    Without such a weight every dose goes by body surface, unless the regimen has one
    that no source gives: then no dose is known.
    """

    fixed_from_kg: Decimal | None
    levels: Mapping[str, DoseLevel]
    is_limit_known: bool = True

    def is_fixed(self, weight: DosingWeight) -> bool:
        """Say whether a dose at this weight is fixed; else it goes by surface.

        :raises DoseNotInRegimen: when no source gives the weight from which it is.
        """
        if not self.is_limit_known:
            raise DoseNotInRegimen(field="weight_kg")
        limit = self.fixed_from_kg
        return limit is not None and weight.weight_kg >= limit

    def dose(self, level: str, weight: DosingWeight, step_mcg: Decimal) -> DailyDose:
        """Return the daily dose of a level, rounded once, at the end, never above the cap.

        ``step_mcg`` is the rounding step of the site in mcg.

        :raises HeightMissing: when the dose goes by surface and there is no height.
        :raises DoseRoundsToZero: when rounding leaves nothing of it.
        :raises DoseNotInRegimen: when no source gives a dose at this weight.
        """
        row = self.levels[level]
        if self.is_fixed(weight):
            if row.fixed_mcg is None:
                raise DoseNotInRegimen(field="weight_kg")
            return DailyDose(
                level=level,
                mcg=row.fixed_mcg,
                unrounded_mcg=row.fixed_mcg,
                basis=Basis.FIXED,
            )
        return _by_surface(row, weight, step_mcg)


def dosing_surface_m2(table: DoseTable, weight: DosingWeight) -> Decimal | None:
    """Return the surface a dose goes by, or None when the dose is fixed.

    :raises HeightMissing: when it goes by surface and there is no height.
    :raises UnitNotSupported: when the height must be in another unit, such as metres.
    """
    if table.is_fixed(weight):
        return None
    if weight.height_cm is None:
        raise HeightMissing(field="height_cm")
    if weight.height_cm < SHORTEST_CM:
        raise UnitNotSupported(field="height_cm", expected=Unit.CM.value)
    return surface_m2(weight.weight_kg, weight.height_cm, weight.formula)


def _by_surface(row: DoseLevel, weight: DosingWeight, step_mcg: Decimal) -> DailyDose:
    if row.per_m2_mcg is None:
        raise DoseNotInRegimen(field="weight_kg")
    if weight.height_cm is None:
        raise HeightMissing(field="height_cm")
    area = surface_m2(weight.weight_kg, weight.height_cm, weight.formula)
    wanted = area * row.per_m2_mcg
    rounded = (wanted / step_mcg).quantize(Decimal(1), ROUND_HALF_UP) * step_mcg
    if not rounded:
        raise DoseRoundsToZero(field="weight_kg")
    cap = row.cap_mcg
    return DailyDose(
        level=row.key,
        mcg=rounded if cap is None else min(rounded, cap),
        unrounded_mcg=wanted,
        basis=Basis.SURFACE,
        surface_m2=area,
        is_capped=cap is not None and wanted > cap,
    )
