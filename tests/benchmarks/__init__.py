"""Comparisons in one run against named peers; run by hand, never asserted on time."""
