"""One side of the hold-out, in a process of its own: makes inputs from the seeds it is told, and runs when it is told."""
import sys

import cases

side = sys.argv[1]
module = __import__("kernel" if side == "candidate" else "reference")
ready = None
for line in sys.stdin:
    word, *rest = line.split()
    if word == "make":
        seed, rows, width, calls = rest[0], *map(int, rest[1:])
        ready = [cases.make(f"{seed}-{call}", rows, width) for call in range(calls)]
        cases.now()
        print("made", flush=True)
    elif word == "go":
        answers = [module.forward(*inputs) for inputs in ready]
        cases.now()
        print("done", flush=True)
    elif word == "tell":
        # A few numbers of a call that nobody could know beforehand to be asked for.
        call, places = int(rest[0]), [int(place) for place in rest[1:]]
        flat = answers[call].reshape(-1)
        print(" ".join(repr(float(flat[place])) for place in places), flush=True)
