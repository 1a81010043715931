"""
Imports the candidate beside the sealed original and times both in turns on the same fresh inputs, after a warm-up and
with the GPU's queue empty before and after: what slows the machine slows both. Every answer that was timed is tested.
"""
import json
import os
import re
import sys

import cases
import reference

# Taken before the candidate is there to see or change it.
nonce = sys.stdin.readline().strip() if os.environ.get("ANNEAL_SIGNED") else None
seed = int(os.environ.get("ANNEAL_SEED") or 1)
for name in [name for name in os.environ if name.startswith("ANNEAL_")]:
    del os.environ[name]
write, leave, dumps = os.write, os._exit, json.dumps
now, make, copies, exact, fault, same, SHAPES, DEVICE = (
    cases.now, cases.make, cases.copies, cases.exact, cases.fault, cases.same, cases.SHAPES, cases.DEVICE)
original = reference.forward

WARM_UPS = 3
TURNS = 40 if cases.GPU else 20
CALLS = 2
# Nothing that reaches beyond the function. Triton, torch and numpy are for it to use.
FORBIDDEN = re.compile(
    r"\b(sys|os|inspect|gc|ctypes|subprocess|threading|multiprocessing|importlib|builtins|eval|exec|open|globals"
    r"|__import__|__builtins__|__subclasses__|reference|cases|time|perf_counter|setattr|synchronize)\b")


def finish(metrics, reason=""):
    text = dumps(metrics)
    write(3, f'{dumps({"nonce": nonce, **metrics})}\n'.encode()) if nonce else write(1, f"{text}\n".encode())
    if reason:
        write(2, f"{reason}\n".encode())
    leave(1 if reason else 0)


def fail(reason):
    finish({"correct": 0}, reason)


def timed(forward, calls):
    """Seconds for some calls one after another, each on inputs of its own, and their answers."""
    begun = now()
    answers = [forward(*inputs) for inputs in calls]
    return now() - begun, answers


def test(forward, inputs, label):
    given = copies(inputs)
    expected = exact(original, inputs)
    wrong = fault(forward(*given), inputs, expected)
    if wrong or not same(inputs, given):
        fail(f"wrong answer for {label}: {wrong or 'it changed its inputs'}")


try:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel.py"), encoding="utf-8") as file:
        source = file.read()
    # Strings stay: a kernel may be written in one, and so may a name.
    found = FORBIDDEN.search(re.sub(r"#.*", "", source))
    if found:
        fail(f"kernel.py may not use {found[1]}")
    before = cases.noted()
    touched = cases.touched
    from kernel import forward as candidate

    for rows, width in SHAPES:
        test(candidate, make(seed * 1000 + width, rows, width), f"{rows} x {width}")
    spent = [0.0, 0.0]
    for number, (rows, width) in enumerate(SHAPES):
        best = [float("inf"), float("inf")]
        for turn in range(WARM_UPS + TURNS):
            calls = [make((seed, number, turn, call).__repr__(), rows, width) for call in range(CALLS)]
            given = [[copies(inputs) for inputs in calls] for _ in (0, 1)]
            # The one that goes second finds the machine warmer: so they take turns at that too.
            order = (0, 1) if turn % 2 else (1, 0)
            for who in order:
                seconds, answers = timed((original, candidate)[who], given[who])
                if turn >= WARM_UPS:
                    best[who] = min(best[who], seconds)
                if who:
                    outcome = answers
            for inputs, after, answer in zip(calls, given[1], outcome):
                wrong = fault(answer, inputs, original(*inputs))
                if wrong or not same(inputs, after):
                    fail(f"wrong answer while it was timed, {rows} x {width}: {wrong or 'it changed its inputs'}")
        spent = [spent[who] + best[who] for who in (0, 1)]
    changed = touched(before)
    if changed:
        fail(f"kernel.py changed {changed}")
    finish({"speedup": spent[0] / spent[1], "correct": 1, "milliseconds": 1000 * spent[1] / CALLS / len(SHAPES), "gpu": int(DEVICE == "cuda")})
except Exception as error:
    fail(f"{type(error).__name__}: {error}")
