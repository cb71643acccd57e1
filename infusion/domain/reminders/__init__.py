"""Reminders: what they may be about, the rules of a site, and what a course owes.

A reminder is a projection. The facts of a course give occurrences, the rules of its site
say who hears of which occurrence and when, and nobody schedules anything.
"""
