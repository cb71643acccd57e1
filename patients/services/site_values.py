"""Lets what uses the values of a site say which of them cannot be."""

from patients.models.sites import VALUE_CHECKS, ValueCheck


def check_values_by(check: ValueCheck) -> None:
    """Ask ``check`` before a site is stored in the back office; asked twice is once."""
    if check not in VALUE_CHECKS:
        VALUE_CHECKS.append(check)
