"""run_shinka_eval and save_json_results, after their documented parameters and results files; runs go one after another."""
import importlib.util
import json
import os
import time
import traceback


def save_json_results(results_dir, metrics, correct, error=None, verbose=True):
    """Leaves correct.json and metrics.json in `results_dir`."""
    os.makedirs(results_dir, exist_ok=True)
    for name, value in (("correct.json", {"correct": bool(correct), "error": error}), ("metrics.json", metrics)):
        with open(os.path.join(results_dir, name), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2, default=as_plain)


def as_plain(value):
    return value.item() if hasattr(value, "item") and getattr(value, "size", 1) == 1 else str(value)


def run_shinka_eval(
    program_path,
    results_dir,
    experiment_fn_name,
    num_runs,
    get_experiment_kwargs=None,
    aggregate_metrics_fn=None,
    validate_fn=None,
    plotting_fn=None,
    default_metrics_on_error=None,
    **_,
):
    """Calls a function of the program `num_runs` times, checks each result, sums up, and saves. Gives (metrics, correct, error)."""
    correct, error, results, seconds, invalid = True, None, [], [], []
    try:
        spec = importlib.util.spec_from_file_location("program", program_path)
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        experiment = getattr(program, experiment_fn_name)
        for turn in range(num_runs):
            arguments = get_experiment_kwargs(turn) if get_experiment_kwargs else {"seed": turn + 1}
            start = time.perf_counter()
            results.append(experiment(**arguments))
            seconds.append(time.perf_counter() - start)
            if validate_fn is not None:
                valid, why = validate_fn(results[-1])
                if not valid:
                    invalid.append(why or "no reason given")
        if invalid:
            correct, error = False, f"Validation failed: {invalid[0]}"
        metrics = aggregate_metrics_fn(results) if aggregate_metrics_fn else {"num_successful_runs": len(results)}
    except Exception as fault:
        traceback.print_exc()
        correct, error = False, f"{type(fault).__name__}: {fault}"
        metrics = dict(default_metrics_on_error or {"combined_score": 0.0})
    if seconds:
        metrics["execution_time_mean"] = sum(seconds) / len(seconds)
    metrics["num_valid_runs"] = len(results) - len(invalid)
    metrics["num_invalid_runs"] = len(invalid)
    metrics["all_validation_errors"] = sorted(set(invalid))
    save_json_results(results_dir, metrics, correct, error)
    return metrics, correct, error
