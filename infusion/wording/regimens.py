"""A regimen in words: how long a block lasts, what is missing, and its picture."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from django.utils.translation import (
    get_language,
    gettext,
    ngettext,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext_lazy as _

from infusion.domain.blocks import (
    Block,
    CyclePattern,
    Edge,
    Given,
    Route,
    Successor,
    Until,
)
from infusion.domain.courses import Text
from infusion.domain.doses import DoseLevel
from infusion.domain.flowcharts import Graph, Line, Node, Standing, Tone, Way
from infusion.domain.regimens import Missing, Regimen
from infusion.wording import blocks
from infusion.wording.conditions import conditions_sentence

_HOURS_A_DAY = 24
# The end of a place in the file -> what is missing there.
# The beginning of the end of a place in the file -> what stands there.
_PLACES = {
    "infusion.free_days": _("days free of treatment"),
    "infusion.hours": _("length of the infusion"),
    "infusion.inpatient_days": _("days on the ward"),
    "infusion.supervision": _("supervision at the start"),
    "infusion.steps": _("steps of the dose"),
    "length_days": _("length in days"),
    "until": _("length in days"),
    "times": _("number of rounds"),
    "gate": _("condition to start"),
    "given": _("another drug"),
    "next": _("way out"),
    "fixed_from_kg": _("weight from which the dose is fixed"),
    "fixed_mcg": _("fixed dose"),
    "per_m2_mcg": _("dose by body surface"),
    "cap_mcg": _("largest dose"),
    "max_cycles": _("largest number of cycles"),
    "population": _("for whom"),
    "label": _("label revision"),
    "premedication": _("premedication"),
    "caps": _("limit of a payer"),
    "recipes": _("bag recipes"),
    "questions": _("a question about the structure"),
}
_UNITS = {
    "ug": "µg",
    "ug/d": "µg/d",
    "ug/m2/d": "µg/m²/d",
    "10*9/L": "×10⁹/L",
    "/uL": "/µL",
}
_STANDINGS = {
    Standing.DONE: _("✓ done"),
    Standing.NOW: _("▶ here now"),
    Standing.AHEAD: pgettext_lazy("block", "expected"),
    Standing.ASIDE: _("not on the expected way"),
}

Standings = Mapping[str, Standing]
Link = Callable[[Block], str]


def read(text: Text) -> str:
    """Return a text of the catalogue in the reader's language."""
    return text.in_language(get_language() or "en")


def days(number: int) -> str:
    """Write a number of days."""
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def length_of(block: Block, regimen: Regimen) -> str:
    """Return how long one round of a block lasts; empty when it takes no time.

    A length that no source gives is said to be missing.
    """
    if block.until is not None:
        return _until(block.until, regimen)
    if block.pattern is not None:
        return _infusion(block.pattern, block.own_days)
    if block.length_days is None:
        return gettext("length missing")
    return days(block.length_days) if block.length_days else ""


def infusion_days(pattern: CyclePattern) -> str:
    """Write how long the infusion runs: in days when they are whole."""
    whole, rest = divmod(pattern.infusion_hours, _HOURS_A_DAY)
    return f"{pattern.infusion_hours} h" if rest else days(whole)


def _infusion(pattern: CyclePattern, own_days: int | None) -> str:
    runs = gettext("%(days)s of infusion") % {"days": infusion_days(pattern)}
    if pattern.free_days is not None:
        free = gettext("%(days)s free") % {"days": days(pattern.free_days)}
    else:
        free = gettext("free days missing")
    text = f"{runs} + {free}"
    if own_days is not None and own_days != pattern.length_days:
        text += " = " + days(own_days)
    return text


def _until(until: Until, regimen: Regimen) -> str:
    title = read(regimen.block(until.anchor).title)
    words = {"days": days(until.days), "block": title}
    if until.edge == Edge.START:
        return gettext("until %(days)s after the start of %(block)s") % words
    return gettext("until %(days)s after the end of %(block)s") % words


def rounds_of(block: Block) -> str:
    """Write how often a block is given in a row; empty for once."""
    if block.times == 1:
        return ""
    pattern = ngettext("%(number)s round", "%(number)s rounds in a row", block.times)
    return pattern % {"number": block.times}


def missing_in(block: Block, regimen: Regimen) -> tuple[Missing, ...]:
    """Return what no source gives of a block."""
    start = f"blocks.{block.key}."
    return tuple(hole for hole in regimen.missing if hole.place.startswith(start))


def place_name(place: str, regimen: Regimen) -> str:
    """Return what a place of the regimen file is about, in words.

    A place without words of its own is shown as it stands in the file.
    """
    first, _dot, rest = place.partition(".")
    if first == "blocks":
        key, _dot, end = rest.partition(".")
        title = next((read(b.title) for b in regimen.blocks if b.key == key), key)
        return _named(title, place_word(end))
    if first == "doses":
        level, _dot, end = rest.removeprefix("levels.").partition(".")
        return _named(_level(level), place_word(end)) if end else place_word(rest)
    return place_word(place)


def _level(key: str) -> str:
    words = str(blocks.LEVELS.get(key, key))
    return gettext("Dose level %(level)s") % {"level": words}


def _named(whole: str, what: str) -> str:
    return pgettext("block: what", "%(block)s: %(what)s") % {
        "block": whole,
        "what": what,
    }


def place_word(end: str) -> str:
    """Return what the end of a place is about; as it stands when unknown."""
    found = (word for start, word in _PLACES.items() if end.startswith(start))
    return str(next(found, end))


def unit(code: str) -> str:
    """Return a unit of the catalogue as people write it."""
    return gettext("days") if code == "d" else _UNITS.get(code, code)


def way_text(way: Successor) -> str:
    """Return what a way out asks for: its own words, then its conditions."""
    own = read(way.text) if way.text else ""
    asked = conditions_sentence(way.when)
    if own and asked:
        return pgettext("statement (conditions)", "%(text)s (%(conditions)s)") % {
            "text": own,
            "conditions": asked,
        }
    return own or asked


def dose_lines(block: Block, regimen: Regimen) -> Iterator[str]:
    """Return the doses of an infusion: from which day on which level."""
    if block.pattern is None:
        return
    for start, end, level in block.pattern.segments():
        dose = dose_text(regimen.doses.levels[level])
        first, last = start // _HOURS_A_DAY + 1, end // _HOURS_A_DAY
        yield gettext("days %(first)s–%(last)s: %(dose)s") % {
            "first": first,
            "last": last,
            "dose": dose,
        }


def dose_text(level: DoseLevel) -> str:
    """Write the daily doses of a level, fixed or by body surface."""
    parts = []
    if level.fixed_mcg is not None:
        parts.append(f"{plain(level.fixed_mcg)} µg/d")
    if level.per_m2_mcg is not None:
        parts.append(f"{plain(level.per_m2_mcg)} µg/m²/d")
    text = " / ".join(parts)
    if level.cap_mcg is None or level.per_m2_mcg is None:
        return text
    most = gettext("at most %(dose)s") % {"dose": f"{plain(level.cap_mcg)} µg/d"}
    return pgettext("dose (limit)", "%(text)s (%(most)s)") % {
        "text": text,
        "most": most,
    }


def plain(number: Decimal) -> str:
    """Write a number without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def drug_of(given: Given) -> str:
    """Write a drug beside the infusion: what, how, and when as far as known."""
    parts = [read(given.drug)]
    if given.route != Route.UNSTATED:
        parts.append(str(blocks.ROUTES[given.route]))
    if given.days:
        numbers = pgettext("between days", ", ").join(str(day) for day in given.days)
        pattern = ngettext("day %(days)s", "days %(days)s", len(given.days))
        parts.append(pattern % {"days": numbers})
    if given.times:
        parts.append(
            ngettext("%(times)s time in all", "%(times)s times in all", given.times)
            % {"times": given.times}
        )
    if not given.days and not given.times:
        parts.append(str(blocks.RHYTHMS[given.rhythm]))
    if given.through_free:
        parts.append(gettext("goes on through the free days"))
    return pgettext("between parts of a line", ", ").join(parts)


def picture_of(
    regimen: Regimen,
    *,
    key: str = "graph",
    link: Link = lambda _block: "",
    standings: Standings | None = None,
) -> Graph:
    """Return the graph of a regimen, every text in the reader's language.

    ``standings`` says where a course stands with each block.
    """
    title = read(regimen.title)
    return Graph(
        key=key,
        title=title,
        description=gettext(
            "The blocks of %(regimen)s from top to bottom. The table says the same."
        )
        % {"regimen": title},
        blocks=gettext("Blocks"),
        ways=gettext("Ways between the blocks"),
        nodes=tuple(
            _node(block, regimen, link, standings or {}) for block in regimen.blocks
        ),
        edges=tuple(
            _way(block, way, regimen)
            for block in regimen.blocks
            for way in block.successors
        ),
    )


def _node(block: Block, regimen: Regimen, link: Link, standings: Standings) -> Node:
    standing = standings.get(block.key, Standing.NONE)
    word = str(blocks.BLOCKS[block.kind])
    lines = tuple(_block_lines(block, regimen, standing))
    title = read(block.title)
    return Node(
        key=block.key,
        kind=block.kind,
        title=title,
        word=word,
        label=". ".join([title, word, *(line.text for line in lines)]),
        lines=lines,
        href=link(block),
        standing=standing,
    )


def _block_lines(block: Block, regimen: Regimen, standing: Standing) -> list[Line]:
    lines = []
    if standing in _STANDINGS:
        lines.append(Line(text=str(_STANDINGS[standing])))
    length = sourced_length(block, regimen)
    lines += [Line(text=text) for text in (rounds_of(block), length) if text]
    if block.gate is not None:
        text = gettext("Start only when: %(gate)s") % {"gate": read(block.gate.text)}
        lines.append(Line(text=text, tone=Tone.GATE))
    for hole in missing_in(block, regimen):
        what = place_word(hole.place.split(".", 2)[2])
        text = gettext("missing: %(what)s") % {"what": what}
        lines.append(Line(text=text, tone=Tone.MISSING))
    return lines


def sourced_length(block: Block, regimen: Regimen) -> str:
    """Return what is known of a length; the rest is told as missing below it."""
    if block.length_days is not None or block.until is not None:
        return length_of(block, regimen)
    if block.pattern is None:
        return ""
    return gettext("%(days)s of infusion") % {"days": infusion_days(block.pattern)}


def _way(block: Block, way: Successor, regimen: Regimen) -> Way:
    start, end = read(block.title), read(regimen.block(way.to).title)
    label = gettext("From %(start)s to %(end)s") % {"start": start, "end": end}
    told = way_text(way)
    # On the line only what is asked; the table has the whole statement.
    text = conditions_sentence(way.when)
    if way.optional:
        told = _instead(told)
        text = _instead(text)
    return Way(
        start=block.key,
        end=way.to,
        label=f"{label}: {told}" if told else label,
        text=text,
        is_optional=way.optional,
    )


def _instead(text: str) -> str:
    if not text:
        return gettext("instead")
    return gettext("instead, if: %(text)s") % {"text": text}
