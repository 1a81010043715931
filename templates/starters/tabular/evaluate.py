"""Scores the submission on the public part of the hidden answers."""
from scoring import score

score("public")
