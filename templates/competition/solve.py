"""A linear model on simple features: numbers, dates, categories and words. To be improved.

Run as `python3 solve.py FOLDER`: reads FOLDER/train.csv and FOLDER/test.csv, predicts every row of FOLDER/sample_submission.csv and writes $ANNEAL_OUT/submission.csv.
Needs the standard library alone.
"""
import csv
import datetime
import json
import math
import os
import random
import re
import sys

EPOCHS = 3
LEARNING_RATE = 0.05
REGULARISATION = 0.001
RANGES = 2  # numbers are also cut into so many ranges with equally many rows
WAVES = 1  # pairs of yearly waves for each date
WEEKDAYS = 0  # 1: each weekday is a category
NGRAM = 1  # words are taken alone, and up to so many in a row
RAREST = 2  # categories and words seen in fewer rows are left out
MOST_ROWS = 50000  # more rows than this are sampled
MOST_CLASSES = 200  # with more classes than this, all get the commonest one

csv.field_size_limit(2**31 - 1)
WORD = re.compile(r"\w+")


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        header = [name.strip() for name in next(rows)]
        return header, [row for row in rows if row]


def number(text):
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def truth(text):
    word = text.strip().lower()
    return 1.0 if word == "true" else 0.0 if word == "false" else number(text) or 0.0


def day(text):
    try:
        return datetime.date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        return None


def kind_of(values):
    """What a column holds, by a sample of its values that are not missing."""
    found = [value for value in values[:2000] if value.strip()]
    if not found:
        return "nothing"
    share = lambda test: sum(1 for value in found if test(value)) / len(found)
    if share(lambda value: day(value) is not None) > 0.95:
        return "date"
    if share(lambda value: number(value) is not None) > 0.95:
        return "number"
    if sum(len(WORD.findall(value)) for value in found) / len(found) > 3:
        return "text"
    return "category"


class Features:
    """Turns rows into lists of (feature, value); learns scales, ranges and vocabularies from the rows for training."""

    def __init__(self, columns, rows):
        self.columns = [(name, at, kind_of([row[at] for row in rows])) for name, at in columns]
        self.names = {}
        self.scales, self.ranges = {}, {}
        for name, at, kind in self.columns:
            read_as = {"number": number, "date": day}.get(kind)
            if not read_as:
                continue
            values = sorted(value for value in (read_as(row[at]) for row in rows) if value is not None)
            mean = sum(values) / len(values)
            spread = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)) or 1.0
            self.scales[name] = (mean, spread)
            cuts = max(0, int(RANGES))
            self.ranges[name] = sorted({values[len(values) * part // cuts] for part in range(1, cuts)})
        seen = {}
        for row in rows:
            for feature, _ in self.raw(row):
                seen[feature] = seen.get(feature, 0) + 1
        for feature, times in seen.items():
            if times >= RAREST:
                self.names[feature] = len(self.names)

    def raw(self, row):
        yield "one", 1.0
        for name, at, kind in self.columns:
            text = row[at].strip()
            if kind in ("number", "date"):
                value = number(text) if kind == "number" else day(text)
                if value is None:
                    yield (name, "missing"), 1.0
                    continue
                mean, spread = self.scales[name]
                yield name, max(-5.0, min(5.0, (value - mean) / spread))
                if self.ranges[name]:
                    yield (name, "range", sum(1 for cut in self.ranges[name] if value >= cut)), 1.0
                if kind == "date":
                    for wave in range(1, int(WAVES) + 1):
                        turn = 2 * math.pi * wave * value / 365.25
                        yield (name, "sin", wave), math.sin(turn)
                        yield (name, "cos", wave), math.cos(turn)
                    if WEEKDAYS:
                        yield (name, "weekday", value % 7), 1.0
            elif kind == "text":
                words = WORD.findall(text.lower())
                found = {(name,) + tuple(words[i : i + n]) for n in range(1, int(NGRAM) + 1) for i in range(len(words) - n + 1)}
                for feature in sorted(found):
                    yield feature, 1.0 / math.sqrt(len(words))
            elif kind == "category":
                yield (name, text), 1.0

    def of(self, row):
        return [(self.names[feature], value) for feature, value in self.raw(row) if feature in self.names]


def train(inputs, targets, size, outputs, link):
    """Stochastic gradient descent with a rate of its own for each weight (AdaGrad). Gives a function from a row's features to its outputs."""
    weights = [[0.0] * size for _ in range(outputs)]
    squares = [[1e-6] * size for _ in range(outputs)]
    shuffler = random.Random(1)
    order = list(range(len(inputs)))

    def predict(x):
        return link([sum(w[feature] * value for feature, value in x) for w in weights])

    for _ in range(max(1, int(EPOCHS))):
        shuffler.shuffle(order)
        for row in order:
            x = inputs[row]
            for output, said in enumerate(predict(x)):
                error = said - targets[row][output]
                w, s = weights[output], squares[output]
                for feature, value in x:
                    gradient = error * value + REGULARISATION * w[feature]
                    s[feature] += gradient * gradient
                    w[feature] -= LEARNING_RATE * gradient / math.sqrt(s[feature])
    return predict


def sigmoids(scores):
    return [1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z)))) for z in scores]


def softmax(scores):
    powers = [math.exp(z - max(scores)) for z in scores]
    return [power / sum(powers) for power in powers]


def numbers(features, rows, targets, competition):
    """Predicts numbers: each target is brought to mean 0 and spread 1, and kept within what was seen."""
    log = competition["metric"] == "rmsle"
    forward = (lambda y: math.log1p(max(0.0, y))) if log else (lambda y: y)
    back = math.expm1 if log else (lambda y: y)
    columns = [[forward(number(value) or 0.0) for value in column] for column in zip(*targets)]
    scales = []
    for column in columns:
        mean = sum(column) / len(column)
        scales.append((mean, math.sqrt(sum((y - mean) ** 2 for y in column) / len(column)) or 1.0, min(column), max(column)))
    scaled = [[(y - scale[0]) / scale[1] for y, scale in zip(row, scales)] for row in zip(*columns)]
    predict = train([features.of(row) for row in rows], scaled, len(features.names), len(columns), lambda scores: scores)
    return lambda row: [
        repr(back(max(low, min(high, mean + spread * z))))
        for z, (mean, spread, low, high) in zip(predict(features.of(row)), scales)
    ]


def shares(features, rows, targets, competition):
    """Predicts the probability of a 1 for each target."""
    ones = [[truth(value) for value in row] for row in targets]
    predict = train([features.of(row) for row in rows], ones, len(features.names), len(ones[0]), sigmoids)
    return lambda row: [repr(share) for share in predict(features.of(row))]


def classes(features, rows, targets, competition):
    """Predicts one label, or the probability of each."""
    labels = [row[0] for row in targets]
    names = competition["targets"] if competition["label"] else sorted(set(labels))
    places = {name: at for at, name in enumerate(names)}
    if len(names) > MOST_CLASSES:
        return commonest(labels, names, competition)
    hot = [[1.0 if places.get(label) == at else 0.0 for at in range(len(names))] for label in labels]
    predict = train([features.of(row) for row in rows], hot, len(features.names), len(names), softmax)

    def answer(row):
        found = predict(features.of(row))
        if competition["label"]:
            total = sum(found)
            return [repr(share / total) for share in found]
        best = sorted(range(len(names)), key=lambda at: -found[at])
        return [names[best[0]]] if competition["takes"] == "labels" else [" ".join(names[at] for at in best[:5])]

    return answer


def commonest(labels, names, competition):
    counts = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    if competition["label"]:
        return lambda row: [repr((counts.get(name, 0) + 1) / (len(labels) + len(names))) for name in names]
    best = sorted(counts, key=lambda label: -counts[label])
    several = competition["takes"] == "lists"
    return lambda row: [" ".join(best[:5]) if several else best[0]]


def one_by_one(make, features, rows, targets, competition):
    """A model for each target."""
    models = [make(features, rows, [[row[at]] for row in targets], competition) for at in range(len(targets[0]))]
    return lambda row: [model(row)[0] for model in models]


def main():
    folder = sys.argv[1]
    with open("competition.json", encoding="utf-8") as file:
        competition = json.load(file)
    header, rows = read(os.path.join(folder, "train.csv"))
    test_header, test = read(os.path.join(folder, "test.csv"))
    sample_header, sample = read(os.path.join(folder, "sample_submission.csv"))
    if len(rows) > MOST_ROWS:
        rows = random.Random(1).sample(rows, int(MOST_ROWS))
    named = [competition["label"]] if competition["label"] else competition["targets"]
    places = [header.index(name) for name in named]
    common = [name for name in header if name in test_header and name not in named and name != competition["id"]]
    inputs = [[row[header.index(name)] for name in common] for row in rows]
    targets = [[row[place] for place in places] for row in rows]
    features = Features(list(zip(common, range(len(common)))), inputs)
    takes = competition["takes"]
    if takes == "numbers":
        model = (shares if competition["binary"] else numbers)(features, inputs, targets, competition)
    elif takes in ("labels", "classes", "lists"):
        make = classes if common else lambda f, r, t, c: commonest([row[0] for row in t], c["targets"], c)
        model = one_by_one(make, features, inputs, targets, competition) if takes == "labels" else make(features, inputs, targets, competition)
    else:
        model = one_by_one(lambda f, r, t, c: commonest([row[0] for row in t], [], c), features, inputs, targets, competition)
    key = test_header.index(competition["id"])
    picked = [test_header.index(name) for name in common]
    by_id = {row[key]: [row[at] for at in picked] for row in test}
    missing = [""] * len(common)
    own = sample_header.index(competition["id"])
    with open(os.path.join(os.environ["ANNEAL_OUT"], "submission.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(sample_header)
        for row in sample:
            said = dict(zip(competition["targets"], model(by_id.get(row[own], missing))))
            writer.writerow([said.get(name, value) for name, value in zip(sample_header, row)])


main()
