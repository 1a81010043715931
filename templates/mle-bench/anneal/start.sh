#!/bin/bash
# Runs Anneal on the competition in /home/data until its own clock ends. The harness keeps no time and ignores the exit code; it takes what then lies in
# $SUBMISSION_DIR, $LOGS_DIR and $CODE_DIR. A valid submission lies there from the first moments on, and after whatever ends this script.

# Every path has a variable, so that this can be tried outside of the harness.
DATA_DIR=${DATA_DIR:-/home/data}
SUBMISSION_DIR=${SUBMISSION_DIR:-/home/submission}
LOGS_DIR=${LOGS_DIR:-/home/logs}
CODE_DIR=${CODE_DIR:-/home/code}
AGENT_DIR=${AGENT_DIR:-/home/agent}
VALIDATE_URL=${VALIDATE_URL:-http://localhost:5000/validate}
TIME_LIMIT_SECS=${TIME_LIMIT_SECS:-86400}
ATTEMPT_TIMEOUT=${ATTEMPT_TIMEOUT:-3h}
ANNEAL_SANDBOX=${ANNEAL_SANDBOX:-required}
PARALLEL=${PARALLEL:-1}

BEGAN=$SECONDS
SUBMISSION=$SUBMISSION_DIR/submission.csv
# The task holds the data, so it lies where the harness extracts nothing.
TASK=$AGENT_DIR/work/task
# Kept back for the end: what Anneal still does when its time is over, and a copy of the logs.
RESERVE=$((TIME_LIMIT_SECS / 20))
[ "$RESERVE" -lt 10 ] && RESERVE=10
[ "$RESERVE" -gt 600 ] && RESERVE=600

left() { echo $((TIME_LIMIT_SECS - RESERVE - (SECONDS - BEGAN))); }
say() { echo "[anneal] $*" | tee -a "$LOGS_DIR/start.log"; }

mkdir -p "$SUBMISSION_DIR" "$LOGS_DIR" "$CODE_DIR" "$AGENT_DIR/work"

# The conda environment that has the packages, under /opt/anneal where Anneal, Node and Git are.
if command -v conda > /dev/null; then
  eval "$(conda shell.bash hook)"
  conda activate agent
fi
# Anneal's own Node and Git go first: those of the image are too old.
if [ -d /opt/anneal/bin ]; then
  own=$(mktemp -d)
  for tool in node git anneal; do [ -x "/opt/anneal/bin/$tool" ] && ln -s "/opt/anneal/bin/$tool" "$own/$tool"; done
  export PATH=$own:$PATH:/opt/anneal/bin
fi
[ -w "${HOME:-/nowhere}" ] || HOME=$(mktemp -d)
export HOME

# Better than nothing until the baseline has delivered; never over what an earlier start left.
sample=$(find "$DATA_DIR" -maxdepth 1 -iname 'sample*submission*.csv' | awk '{ print length, $0 }' | sort -n | head -1 | cut -d' ' -f2-)
if [ ! -e "$SUBMISSION" ] && [ -n "$sample" ]; then
  cp "$sample" "$SUBMISSION.tmp" && mv "$SUBMISSION.tmp" "$SUBMISSION"
  say "the sample submission is in place until there is a better one"
fi

# Seconds, out of such as 3h, 30m or 90s.
seconds() { case $1 in *h) echo $((${1%h} * 3600)) ;; *m) echo $((${1%m} * 60)) ;; *s) echo "${1%s}" ;; *) echo "$1" ;; esac; }
attempt=$(seconds "$ATTEMPT_TIMEOUT")
[ "$attempt" -gt $((TIME_LIMIT_SECS / 6)) ] && attempt=$((TIME_LIMIT_SECS / 6))

if [ ! -e "$TASK/anneal.yaml" ]; then
  # shellcheck disable=SC2086
  timeout "$(left)" anneal import mle-bench "$DATA_DIR" --to "$TASK" --submission "$SUBMISSION" --server "$VALIDATE_URL" \
    ${COMPETITION_ID:+--name "$COMPETITION_ID"} --timeout "${attempt}s" ${ANNEAL_MEMORY:+--memory "$ANNEAL_MEMORY"} ${ANNEAL_IMPORT:-} "$@" 2>&1 | tee -a "$LOGS_DIR/import.log"
fi
if [ ! -e "$TASK/anneal.yaml" ]; then
  say "the competition could not be taken over: see import.log, and ANNEAL_IMPORT for flags of \`anneal import mle-bench\`"
  exit 1
fi

safety=()
if [ "$ANNEAL_SANDBOX" = off ]; then
  safety=(--sandbox off)
elif ! timeout 300 anneal check --dir "$TASK" --editor genetic --runs 1 > "$LOGS_DIR/check.log" 2>&1; then
  if [ "$ANNEAL_SANDBOX" = container ] && grep -q 'no sandbox holds\|Model-written code was not run' "$LOGS_DIR/check.log"; then
    say "no sandbox holds in this container (check.log): the container itself is the sandbox, as ANNEAL_SANDBOX=container allows."
    say "Attempts could read the validation answers that Anneal sealed for its own choice; the competition's answers are out of their reach."
    safety=(--sandbox off)
  else
    say "anneal check was not content: see check.log"
  fi
fi

[ "$(nvidia-smi -L 2> /dev/null | grep -c '^GPU')" -gt 0 ] && gpus=(--gpus 1) || gpus=()

# Seconds that the newest run has used; nothing where there is none.
spent() { anneal status --dir "$TASK" --json 2> /dev/null | sed -n 's/^ *"seconds": *\([0-9]*\).*/\1/p' | head -1; }

# Goes on where it stopped, should it crash; a fault that comes at once, again and again, is given up.
faults=0
while [ "$(left)" -gt 5 ] && [ "$faults" -lt 5 ]; do
  started=$SECONDS
  used=$(spent)
  if [ -z "$used" ]; then
    words=(run --attempts 1000000 --time "$(left)s" --parallel "$PARALLEL" "${gpus[@]}")
  else
    words=(resume --attempts 1000000 --time "$((used + $(left)))s")
  fi
  timeout -k 10 -s TERM "$(($(left) + RESERVE / 2))" anneal "${words[@]}" --dir "$TASK" "${safety[@]}" 2>&1 | tee -a "$LOGS_DIR/run.log"
  status=${PIPESTATUS[0]}
  say "anneal ${words[0]} ended with $status after $((SECONDS - started)) s"
  # Done, or nothing that trying again would mend: a wrong request, no baseline, no sandbox, a refused key.
  case $status in 0 | 2 | 4 | 65 | 69 | 77) break ;; esac
  [ $((SECONDS - started)) -lt 60 ] && faults=$((faults + 1)) || faults=0
  sleep 2
done

anneal log --dir "$TASK" > "$LOGS_DIR/log.txt" 2>&1
anneal status --dir "$TASK" --json > "$LOGS_DIR/status.json" 2> /dev/null
anneal diff --dir "$TASK" > "$CODE_DIR/best.diff" 2> /dev/null
branch=$(sed -n 's/^ *"branch": *"\(anneal\/[^"]*\)".*/\1/p' "$LOGS_DIR/status.json" | head -1)
git -C "$TASK" show "${branch:-HEAD}:solve.py" > "$CODE_DIR/solve.py" 2> /dev/null
cp "$TASK/competition.json" "$TASK/anneal.yaml" "$TASK/GOAL.md" "$CODE_DIR"
cp "$TASK"/.anneal/runs/*/journal.jsonl "$LOGS_DIR" 2> /dev/null
say "ended after $((SECONDS - BEGAN)) s with $(wc -l < "$SUBMISSION" 2> /dev/null || echo no) lines in $SUBMISSION"
