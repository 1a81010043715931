"""Scores the submission on the private part of the hidden answers, which the search never sees."""
from scoring import score

score("private")
