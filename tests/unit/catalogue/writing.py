"""Writes small catalogue files that differ from a sound one in one place."""

from pathlib import Path

from infusion.catalogue import files

KINDS = {
    "us-7d": "recipe",
    "us-24h": "recipe",
    "us-label-rr": "regimen",
    "allo-hsct": "block",
    "default": "reminders",
    "site": "policy",
    "home": "readiness",
    "toxicity": "toxicity",
    "astct": "scale",
    "ctcae-5": "scale",
    "triage": "triage",
    "cadence": "cadence",
    "synthetic-patients": "simulation",
    "neuro": "questionnaire",
    "handwriting": "questionnaire",
    "daily-adult": "questionnaire",
}


def shipped(key: str) -> str:
    folder = files.FOLDERS[KINDS[key]]
    return (files.ROOT / folder / f"{key}.toml").read_text(encoding="utf-8")


def written(folder: Path, key: str, *changes: tuple[str, str], name: str = "") -> Path:
    """Write a shipped file with some texts replaced, once each."""
    text = shipped(key)
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path = folder / f"{name or key}.toml"
    path.write_text(text, encoding="utf-8")
    return path
