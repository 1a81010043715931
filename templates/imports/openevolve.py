"""Runs an OpenEvolve evaluator as it is and reports its metrics to Anneal: evaluate(path), or with --stage N evaluate_stageN(path)."""
import asyncio
import importlib.util
import inspect
import json
import os
import sys
import traceback
import types

from anneal_signed import fail, numbers_of, open_result, seed_everything, tell


def stand_in():
    """What evaluators import of OpenEvolve, where it is not installed: the pair of metrics and artifacts."""
    if importlib.util.find_spec("openevolve") is not None:
        return

    class EvaluationResult:
        def __init__(self, metrics, artifacts=None):
            self.metrics = dict(metrics)
            self.artifacts = dict(artifacts or {})

        @classmethod
        def from_dict(cls, metrics):
            return cls(metrics)

        def to_dict(self):
            return self.metrics

    package, module = types.ModuleType("openevolve"), types.ModuleType("openevolve.evaluation_result")
    package.__path__ = []
    package.EvaluationResult = module.EvaluationResult = EvaluationResult
    package.evaluation_result = module
    sys.modules.update({"openevolve": package, "openevolve.evaluation_result": module})


def fitness(metrics, without):
    """The combined score where there is one, else the mean of the numbers that are not dimensions of the archive."""
    if "combined_score" in metrics:
        return metrics["combined_score"]
    counted = [value for name, value in metrics.items() if name not in without and name != "error"]
    return sum(counted) / len(counted) if counted else None


async def awaited(result):
    return await result


# Artifacts by which an evaluator says that it could not measure: its zero is no score then.
FAILURES = ("error", "traceback", "failure_stage")


def main():
    report = open_result()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "anneal_evaluate.json"), encoding="utf-8") as file:
        settings = json.load(file)
    stage = sys.argv[sys.argv.index("--stage") + 1] if "--stage" in sys.argv else None
    evaluator = os.path.join(here, settings["evaluator"])
    sys.path.insert(0, os.path.dirname(evaluator))
    stand_in()
    spec = importlib.util.spec_from_file_location("evaluation_module", evaluator)
    module = importlib.util.module_from_spec(spec)
    sys.modules["evaluation_module"] = module
    spec.loader.exec_module(module)
    seed_everything()
    evaluate = getattr(module, f"evaluate_stage{stage}" if stage else "evaluate")
    try:
        result = evaluate(os.path.join(here, settings["program"]))
        if inspect.isawaitable(result):
            result = asyncio.run(awaited(result))
    except Exception:
        fail(traceback.format_exc())
    raw = result if isinstance(result, dict) else getattr(result, "metrics", None)
    if not isinstance(raw, dict):
        fail(f"the evaluator gave {type(result).__name__}, not metrics")
    artifacts = getattr(result, "artifacts", None) or {}
    for name, value in artifacts.items():
        tell(name, value)
    words = {name: value for name, value in raw.items() if isinstance(value, str) and value}
    for name, value in words.items():
        tell(name, value)
    metrics = numbers_of(raw)
    if "error" in words:
        fail(f"the evaluator reports an error: {words['error']}")
    if raw.get("timeout") is True:
        fail("the evaluator reports that its time was up")
    if "combined_score" in raw and "combined_score" not in metrics:
        fail(f"combined_score is not a finite number: {raw['combined_score']!r}")
    score = fitness(metrics, settings["without"])
    if score is None:
        fail("the evaluator gave no number")
    said = next((name for name in FAILURES if artifacts.get(name)), None)
    if said is not None and score <= 0:
        fail(f"the evaluator reports a failure: {artifacts[said]}")
    report({**metrics, "combined_score": score})


main()
