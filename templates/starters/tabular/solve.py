"""Logistic regression on a few numbers, by stochastic gradient descent. Writes $ANNEAL_OUT/submission.csv."""
import csv
import math
import os
import random

NUMBERS = ["tenure_months", "monthly_fee", "speed_mbit"]
CATEGORIES = ["referred"]
EPOCHS = 2
LEARNING_RATE = 0.002
REGULARISATION = 0.05
CLIP = 1.0  # standardised numbers are cut to this many standard deviations


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def fit_features(rows):
    """Means and spreads of the numbers, and the values that each category takes."""
    scales = {}
    for name in NUMBERS:
        values = [float(row[name]) for row in rows if row[name] != ""]
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)) or 1.0
        scales[name] = (mean, spread)
    levels = {name: sorted({row[name] for row in rows}) for name in CATEGORIES}
    return scales, levels


def features(row, scales, levels):
    found = [1.0]
    for name in NUMBERS:
        mean, spread = scales[name]
        value = 0.0 if row[name] == "" else (float(row[name]) - mean) / spread
        found.append(max(-CLIP, min(CLIP, value)))
    for name in CATEGORIES:
        found.extend(1.0 if row[name] == level else 0.0 for level in levels[name])
    return found


def predict(weights, x):
    z = sum(w * v for w, v in zip(weights, x))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def train(inputs, labels):
    shuffler = random.Random(1)
    weights = [0.0] * len(inputs[0])
    order = list(range(len(inputs)))
    for _ in range(EPOCHS):
        shuffler.shuffle(order)
        for index in order:
            x = inputs[index]
            error = predict(weights, x) - labels[index]
            weights = [w - LEARNING_RATE * (error * v + REGULARISATION * w) for w, v in zip(weights, x)]
    return weights


def main():
    rows = read("train.csv")
    scales, levels = fit_features(rows)
    weights = train([features(row, scales, levels) for row in rows], [int(row["left"]) for row in rows])
    with open(os.path.join(os.environ["ANNEAL_OUT"], "submission.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "probability"])
        for row in read("test.csv"):
            writer.writerow([row["id"], predict(weights, features(row, scales, levels))])


main()
