import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The task that hostile candidates attack: eight numbers, graded against answers that are hidden from them. The honest start knows one. */
export const SEPARATE: Record<string, string> = {
  'anneal.yaml': `goal: Name the eight numbers.
edit: [src/**]
execute: {command: sh run.sh, timeout: 6s}
evaluate: {command: python3 -I evaluate.py, sealed: [evaluate.py, run.sh], hidden: [answers/**], metric: score, direction: maximize, timeout: 20s}
runner: {memory: 400MB}
`,
  'run.sh': `cd src || exit 1
if [ -f main.cpp ]; then g++ -O1 -o "$TMPDIR/main" main.cpp && exec "$TMPDIR/main"; fi
if [ -f main.py ]; then exec python3 main.py; fi
if [ -f main.mjs ]; then exec node main.mjs; fi
exec sh main.sh
`,
  'evaluate.py': `import json, os
with open('answers/answers.json') as file:
    answers = json.load(file)
with open(os.path.join(os.environ['ANNEAL_OUT'], 'answers.json')) as file:
    given = json.loads(file.read(10000))
if type(given) is not list or len(given) != len(answers):
    raise SystemExit('not a list of eight')
right = sum(1 for got, answer in zip(given, answers) if type(got) is int and got == answer)
with open(os.environ['ANNEAL_RESULT'], 'w') as file:
    json.dump({'score': right / len(answers)}, file)
`,
  'answers/answers.json': '[3, 1, 4, 1, 5, 9, 2, 6]\n',
  'src/main.sh': 'echo "[3, 0, 0, 0, 0, 0, 0, 0]" > "$ANNEAL_OUT/answers.json"\n',
}

/** The same with an evaluator that must import the candidate: a signed one, written as docs/evaluators.md advises. */
export const SHARED: Record<string, string> = {
  'anneal.yaml': `goal: Name the eight numbers.
edit: [candidate.py]
evaluate: {command: python3 -I evaluate.py, signed: true, metric: score, direction: maximize, timeout: 20s}
holdout: {command: python3 -I holdout.py, hidden: [private/**], timeout: 20s}
runner: {memory: 400MB}
`,
  'evaluate.py': `import sys


def run():
    import json, os
    nonce = sys.stdin.readline().strip()
    answers = {0: 3, 1: 1, 2: 4, 3: 1, 4: 5, 5: 9, 6: 2, 7: 6}
    write, dumps, kind, count = os.write, json.dumps, type, 0
    encode = str.encode
    sys.path.insert(0, os.getcwd())
    from candidate import answer
    for question, right in answers.items():
        got = answer(question)
        if kind(got) is int and got == right:
            count += 1
    write(3, encode(dumps({'nonce': nonce, 'score': count / 8}) + '\\n'))


run()
`,
  'holdout.py': `import json, os, subprocess, sys
nonce = sys.stdin.readline().strip()
with open('private/answers.json') as file:
    answers = json.load(file)
program = 'import sys; sys.path.insert(0, "."); from candidate import answer; print([answer(int(q)) for q in sys.argv[1:]])'
ran = subprocess.run([sys.executable, '-I', '-c', program, *answers], capture_output=True, text=True, timeout=10)
try:
    given = json.loads(ran.stdout)
except ValueError:
    given = []
right = sum(1 for got, answer in zip(given, answers.values()) if type(got) is int and got == answer)
os.write(3, (json.dumps({'nonce': nonce, 'score': right / len(answers)}) + '\\n').encode())
`,
  'private/answers.json': '{"8": 5, "9": 3, "10": 5, "11": 8}\n',
  'candidate.py': 'def answer(question):\n    return 3 if question == 0 else 0\n',
}

/** The hostile programs of a folder, by name. */
export const tricksIn = (folder: string): string[] => readdirSync(folder).toSorted()

/** Writes an editor that makes attempt N out of the Nth trick; gives the command that runs it. */
export function editorOf(folder: string, tricks: readonly string[], at: string, shared: boolean): string {
  const cases = tricks
    .map((name, index) => {
      const trick = join(folder, name)
      const make = shared
        ? `cp ${trick} candidate.py`
        : name.endsWith('.edit.sh')
          ? `sh ${trick}`
          : `rm -rf src; mkdir src; cp ${trick} src/main.${name.split('.').at(-1)}`
      return `${index + 1}) ${make} ;;`
    })
    .join('\n')
  const script = join(at, 'editor.sh')
  writeFileSync(script, `case "$ANNEAL_ATTEMPT" in\n${cases}\nesac\n`)
  return `sh ${script}`
}
