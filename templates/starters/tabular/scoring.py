"""Reads a submission strictly and scores one part of the hidden answers. Nothing of the candidate's is run."""
import csv
import json
import math
import os
import re
import stat
import sys

LARGEST = 2_000_000
NUMBER = re.compile(r"[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?")


class Invalid(Exception):
    pass


def read_submission(path, ids):
    try:
        info = os.lstat(path)
    except OSError:
        raise Invalid("there is no submission.csv in $ANNEAL_OUT") from None
    if not stat.S_ISREG(info.st_mode):
        raise Invalid("submission.csv is not a plain file")
    if info.st_size > LARGEST:
        raise Invalid(f"submission.csv is larger than {LARGEST} bytes")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"submission.csv is not a CSV file: {error}") from None
    if not rows or rows[0] != ["id", "probability"]:
        raise Invalid("the first line of submission.csv must be: id,probability")
    found = {}
    for line, row in enumerate(rows[1:], 2):
        if len(row) != 2:
            raise Invalid(f"line {line} has {len(row)} fields, not 2")
        key, text = row
        if key not in ids:
            raise Invalid(f"line {line}: {key[:20]!r} is not an id of test.csv")
        if key in found:
            raise Invalid(f"line {line}: id {key} stands twice")
        value = float(text) if NUMBER.fullmatch(text) else math.nan
        if not 0.0 <= value <= 1.0:
            raise Invalid(f"line {line}: {text[:20]!r} is not a probability from 0 to 1")
        found[key] = value
    if len(found) != len(ids):
        raise Invalid(f"{len(ids) - len(found)} ids of test.csv are missing")
    return found


def auc(pairs):
    """The share of pairs of a leaver and a stayer that are in the right order; a tie counts one half."""
    pairs = sorted(pairs)
    ones = sum(label for _, label in pairs)
    zeros = len(pairs) - ones
    rank_sum = 0.0
    start = 0
    while start < len(pairs):
        end = start
        while end < len(pairs) and pairs[end][0] == pairs[start][0]:
            end += 1
        rank = (start + 1 + end) / 2
        rank_sum += rank * sum(label for _, label in pairs[start:end])
        start = end
    return (rank_sum - ones * (ones + 1) / 2) / (ones * zeros)


def report(metrics):
    path = os.environ.get("ANNEAL_RESULT")
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(metrics, file)
    else:
        print(json.dumps(metrics))


def score(part):
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "sealed", "answers.csv"), newline="", encoding="utf-8") as file:
        answers = list(csv.DictReader(file))
    try:
        out = os.environ.get("ANNEAL_OUT")
        if not out:
            raise Invalid("set ANNEAL_OUT to the folder that solve.py wrote to")
        found = read_submission(os.path.join(out, "submission.csv"), {row["id"] for row in answers})
    except Invalid as error:
        report({"valid": 0})
        print(f"invalid submission: {error}", file=sys.stderr)
        sys.exit(1)
    report({"auc": auc([(found[row["id"]], int(row["left"])) for row in answers if row["part"] == part]), "valid": 1})
