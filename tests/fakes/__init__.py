"""Stand-ins with the names of what they replace, under the same contract tests."""
