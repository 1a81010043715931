"""Stands in for ShinkaEvolve where it is not installed: what its evaluators import, and no more."""
