"""Runs a command that prints its metric, and reports the last value that it printed to Anneal. A copy of the output goes to the log."""
import json
import os
import re
import subprocess
import sys

from anneal_signed import fail, open_result

NUMBER = r"[-+]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)\b"
KEPT = 4_000_000


def values_of(metric, text):
    """The numbers that lines give the metric, as in `metric: 1.5`, `Metric = 1.5` or `{"metric": 1.5}`; case, blanks and dashes do not matter."""
    name = r"[\s_-]*".join(re.escape(word) for word in re.split(r"[\s_-]+", metric.strip()))
    pattern = re.compile(rf"(?<![\w.]){name}[\"'*`]*\s*(?:[:=]|\bis\b|\s)\s*[\"'*`]*({NUMBER})", re.IGNORECASE)
    return [float(value.replace(",", "").replace("_", "")) for value in pattern.findall(text)]


def main():
    report = open_result()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "anneal_evaluate.json"), encoding="utf-8") as file:
        settings = json.load(file)
    # Where there is no `python`, python3 is meant.
    command = 'command -v python >/dev/null 2>&1 || python() { python3 "$@"; }\n' + settings["command"]
    child = subprocess.Popen(
        ["sh", "-c", command], cwd=here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    text = ""
    for raw in child.stdout:
        line = raw.decode("utf-8", "replace")
        sys.stdout.write(line)
        sys.stdout.flush()
        text = (text + line)[-KEPT:]
    code = child.wait()
    if code != 0:
        fail(f"the command ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")
    # A line that is drawn over again and again counts by its last state.
    values = values_of(settings["metric"], text.replace("\r", "\n"))
    if not values:
        fail(f"the command printed no line such as `{settings['metric']}: 1.5`")
    if values[-1] - values[-1] != 0:
        fail(f"{settings['metric']} is not a finite number: {values[-1]}")
    report({settings["metric"]: values[-1]})


main()
