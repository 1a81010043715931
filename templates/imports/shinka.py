"""Runs a ShinkaEvolve evaluator as it is (evaluate.py --program_path P --results_dir D) and reports its results files to Anneal."""
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

from anneal_signed import fail, numbers_of, open_result, tell


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.isfile(path):
        fail(f"the evaluator left no {name}")
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
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
        words = [sys.executable, settings["evaluator"], "--program_path", program, "--results_dir", results]
        sys.stdout.flush()
        code = subprocess.run(words, cwd=here, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
        if code != 0:
            fail(f"{settings['evaluator']} ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")
        correct, metrics = read(results, "correct.json"), read(results, "metrics.json")
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


main()
