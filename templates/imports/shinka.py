"""Runs a ShinkaEvolve evaluator as it is (evaluate.py --program_path P --results_dir D) and reports its results files to Anneal."""
import importlib.util
import json
import os
import runpy
import secrets
import subprocess
import sys
import tempfile

from anneal_signed import fail, numbers_of, open_result, tell


NAMES = ("correct.json", "metrics.json")


def evaluate(results, words, channel):
    """
    Runs the evaluator in this process, which the candidate shares, and sends what it left once it has come to its own end. A candidate that leaves results
    itself and ends the process sends nothing: it does not have the nonce, which is read before anything of it is imported.
    """
    nonce = sys.stdin.readline().strip()
    write, dumps, open_file, join, isfile = os.write, json.dumps, open, os.path.join, os.path.isfile
    os.set_inheritable(channel, False)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = words
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    left = {}
    for name in NAMES:
        if isfile(join(results, name)):
            with open_file(join(results, name), encoding="utf-8") as file:
                left[name] = file.read()
    text = (dumps({"nonce": nonce, **left}) + "\n").encode()
    while text:
        text = text[write(channel, text) :]


def received(line, nonce):
    """What the evaluator sent, None where that was not at its own end."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.get("nonce") == nonce else None


def read(left, name):
    if name not in left:
        fail(f"the evaluator left no {name}")
    try:
        value = json.loads(left[name])
    except ValueError as error:
        fail(f"{name} is not JSON: {error}")
    if not isinstance(value, dict):
        fail(f"{name} holds no object")
    return value


def main():
    report = open_result()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "anneal_evaluate.json"), encoding="utf-8") as file:
        settings = json.load(file)
    environment = dict(os.environ)
    if importlib.util.find_spec("shinka") is None:
        paths = [os.path.join(here, "stand_ins"), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    with tempfile.TemporaryDirectory() as results:
        program = os.path.join(here, settings["program"])
        words = [settings["evaluator"], "--program_path", program, "--results_dir", results]
        nonce = secrets.token_hex(16)
        ours, theirs = os.pipe()
        sys.stdout.flush()
        child = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--evaluate", str(theirs), results, *words],
            cwd=here,
            env=environment,
            stdin=subprocess.PIPE,
            pass_fds=[theirs],
        )
        os.close(theirs)
        child.stdin.write(f"{nonce}\n".encode())
        child.stdin.close()
        with os.fdopen(ours, encoding="utf-8", errors="replace") as channel:
            line = channel.readline()
        code = child.wait()
        if code != 0:
            fail(f"{settings['evaluator']} ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")
        left = received(line, nonce)
        if left is None:
            fail(f"{settings['evaluator']} was ended before it came to its own end")
        correct, metrics = (read(left, name) for name in NAMES)
    if correct.get("correct") is not True:
        fail(f"the evaluator says that the program is not correct: {correct.get('error') or 'it gives no reason'}")
    public = metrics.get("public") if isinstance(metrics.get("public"), dict) else {}
    for name, value in public.items():
        if isinstance(value, str):
            tell(name, value)
    if metrics.get("text_feedback"):
        tell("feedback", metrics["text_feedback"])
    score = numbers_of({"combined_score": metrics.get("combined_score")})
    if not score:
        fail(f"combined_score is not a finite number: {metrics.get('combined_score')!r}")
    # What is private stays so: models are shown metrics.
    report({**numbers_of(public), **score})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--evaluate"]:
        evaluate(sys.argv[3], sys.argv[4:], int(sys.argv[2]))
    else:
        main()
