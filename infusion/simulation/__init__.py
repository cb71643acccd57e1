"""Whole courses of synthetic patients: nobody real, nothing kept, every run repeatable."""
