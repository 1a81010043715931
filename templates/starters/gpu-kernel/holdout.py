"""
The stricter judge: the candidate and the original each in a process of its own, on odd shapes, timed from outside. What
the candidate answered is asked for place by place, after the clock was stopped.
"""
import json
import os
import random
import subprocess
import sys
import time

import cases
import reference

nonce = sys.stdin.readline().strip() if os.environ.get("ANNEAL_SIGNED") else None
seed = os.environ.get("ANNEAL_SEED") or "1"
WARM_UPS, TURNS, CALLS, PLACES = 3, 40 if cases.GPU else 20, 2, 100
draw = random.SystemRandom()


def finish(metrics, reason=""):
    if nonce:
        os.write(3, f'{json.dumps({"nonce": nonce, **metrics})}\n'.encode())
    else:
        print(json.dumps(metrics))
    if reason:
        print(reason, file=sys.stderr)
    for worker in workers:
        worker.kill()
    sys.exit(1 if reason else 0)


def start(side):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANNEAL_")}
    return subprocess.Popen(
        [sys.executable, "-B", "worker.py", side], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean)


def ask(worker, line, answer=None):
    worker.stdin.write(f"{line}\n")
    worker.stdin.flush()
    said = worker.stdout.readline().strip()
    if said == "" or (answer is not None and said != answer):
        raise RuntimeError(f"the process said {said[:100]!r}")
    return said


workers = []
try:
    workers = [start("original"), start("candidate")]
    spent = [0.0, 0.0]
    for number, (rows, width) in enumerate(cases.ODD_SHAPES):
        best = [float("inf"), float("inf")]
        for turn in range(WARM_UPS + TURNS):
            name = f"{seed}-{number}-{turn}"
            for who in (0, 1) if turn % 2 else (1, 0):
                ask(workers[who], f"make {name} {rows} {width} {CALLS}", "made")
                begun = time.perf_counter()
                ask(workers[who], "go", "done")
                if turn >= WARM_UPS:
                    best[who] = min(best[who], time.perf_counter() - begun)
            call = draw.randrange(CALLS)
            places = [draw.randrange(rows * width) for _ in range(PLACES)]
            # Both are asked, so that both are treated alike.
            _, said = [ask(worker, f"tell {call} {' '.join(map(str, places))}") for worker in workers]
            told = [float(text) for text in said.split()]
            expected = cases.exact(reference.forward, cases.make(f"{name}-{call}", rows, width)).reshape(-1)
            wanted = [float(expected[place]) for place in places]
            if len(told) != PLACES or not all(abs(a - b) <= cases.TOLERANCE * (1 + abs(b)) for a, b in zip(told, wanted)):
                finish({"correct": 0}, f"wrong answer for {rows} x {width}")
        spent = [spent[who] + best[who] for who in (0, 1)]
    finish({"speedup": spent[0] / spent[1], "correct": 1})
except Exception as error:
    finish({"correct": 0}, f"{type(error).__name__}: {error}")
