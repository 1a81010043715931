import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { importTask } from '../../src/jobs/import-task.ts'
import { anneal } from '../support/cli.ts'

const has = (program: string) => spawnSync(program, ['--version']).status === 0
const all = process.env.ANNEAL_TEST_ALL !== undefined

const CONFIG =
  'time_limit: 10\ndirection: maximize\npublic: 2\nprivate: 3\nparallel: 2\ngen: echo $((500 + {seed} * 37 % 100))\ntester: sh tester.sh {input} {output}\n'
/** A case is a number from 500 to 599; an answer is a number, best when it is half of it. */
const PROBLEM = {
  'statement.md': 'Read n, print half of it. Score: 1000 less the distance.\n',
  'config.yaml': CONFIG,
  'tester.sh':
    'read -r n < "$1"\nanswer=$(cat "$2")\ncase $answer in \'\'|*[!0-9]*) echo "expected one number, found ${#answer} letters"; exit 1 ;; esac\nfar=$((n / 2 - answer))\nscore=$((1000 - ${far#-}))\n[ $score -gt 0 ] || score=0\necho "Score = $score" >&2\n',
  'main.mjs':
    "import { readFileSync } from 'node:fs'\nconst SHIFT = 300\nconsole.log(Math.floor(Number(readFileSync(0, 'utf8')) / 2) + SHIFT)\n",
}
const CPP =
  '#include <cstdio>\nconst int SHIFT = 300;\nint main() { int n; if (scanf("%d", &n) != 1) return 1; printf("%d\\n", n / 2 + SHIFT); }\n'

function folderOf(files: Record<string, string>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'anneal-ale-')), 'source')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

type Given = Parameters<typeof importTask>[2]

async function taken(files: Record<string, string>, given: Given = {}) {
  const source = folderOf(files)
  const made = await importTask('ale-bench', source, { to: join(dirname(source), 'task'), ...given })
  const task = parse(readFileSync(join(made.folder, 'anneal.yaml'), 'utf8'))
  const contest = JSON.parse(readFileSync(join(made.folder, 'contest.json'), 'utf8'))
  /** Runs and scores the program, with some files changed, as the stages of an attempt do. */
  const measure = (changed: Record<string, string> = {}, stage = 'full', seed = '7') => {
    for (const [path, text] of Object.entries(changed)) writeFileSync(join(made.folder, path), text)
    const out = mkdtempSync(join(tmpdir(), 'anneal-ale-out-'))
    const result = join(out, '.result.json')
    const env = {
      PATH: process.env.PATH,
      ANNEAL_OUT: out,
      ANNEAL_STAGE: stage,
      ANNEAL_SEED: seed,
      ANNEAL_RESULT: result,
    }
    const options = { cwd: made.folder, env, encoding: 'utf8' } as const
    const ran = spawnSync(process.execPath, ['contest/run_cases.mjs'], options)
    if (ran.status !== 0) return { code: ran.status, metrics: {} as Record<string, number>, said: ran.stderr }
    const judged = spawnSync(process.execPath, ['contest/evaluate.mjs'], options)
    const metrics: Record<string, number> = JSON.parse(readFileSync(result, 'utf8'))
    return { code: judged.status, metrics, said: judged.stdout + judged.stderr }
  }
  return { made, task, contest, measure }
}

const says = (text: string) => ({ 'main.mjs': `${text}\n` })

describe('problems in the way of ALE-Bench', { timeout: 60_000 }, () => {
  it('are scored by the mean over their public cases, with each case told', async () => {
    const { measure, task, contest } = await taken(PROBLEM)
    expect(task).toMatchObject({ edit: ['main.mjs'], context: ['statement.md'], evaluate: { direction: 'maximize' } })
    expect(contest.cases).toEqual([0, 1])
    const { metrics, said } = measure()
    expect(metrics).toMatchObject({ score: 700, valid: 1, case_0: 700, case_1: 700 })
    expect(said).toContain('2 cases: 2 AC')
    expect(said).toContain('worst cases: 0 700')
    const better = measure({ 'main.mjs': PROBLEM['main.mjs'].replace('SHIFT = 300', 'SHIFT = 1') })
    expect(better.metrics.score).toBe(999)
  })

  it('are confirmed on fresh cases and held to more, by the seed', async () => {
    const { measure } = await taken(PROBLEM)
    const confirm = measure({}, 'confirm')
    const names = Object.keys(confirm.metrics).filter((name) => name.startsWith('case_'))
    expect(names).toHaveLength(2)
    expect(names).not.toContain('case_0')
    expect(Object.keys(measure({}, 'confirm', '8').metrics)).not.toEqual(Object.keys(confirm.metrics))
    expect(measure({}, 'holdout').said).toContain('3 cases: 3 AC')
  })

  it.each([
    ['wrong', says("console.log('no')"), 'WA: wrong answer: expected one number, found 2 letters'],
    ['given nothing by the tester', says('console.log(99999)'), 'WA: wrong answer: the tester gives it 0'],
    [
      'crashed',
      says("console.error('lost')\nprocess.exit(3)"),
      'RE: the program crashed: lost; ended with exit code 3',
    ],
    ['late', says('for (;;);'), 'TLE: the time limit of 1 s was passed'],
    ['endless', says("process.stdout.write('x'.repeat(3e6))"), 'OLE: the answer is too long'],
    ['not a program', says('const = 3'), 'CE: main.mjs does not compile'],
  ])('an answer that is %s fails the attempt, with the case and the reason', async (_name, files, reason) => {
    const { measure, contest } = await plain()
    // What never ends is waited for once, and not long.
    const short = JSON.stringify({ ...contest, cases: [0], time_limit: 1 })
    const isLate = reason.startsWith('TLE')
    const { code, metrics, said } = measure({ ...files, 'contest.json': isLate ? short : JSON.stringify(contest) })
    expect(code).not.toBe(0)
    expect(metrics.valid ?? 0).toBe(0)
    expect(said).toContain(reason)
  })

  it('count a failed case as 0 where the problem says so', async () => {
    const { measure } = await taken({ ...PROBLEM, 'config.yaml': `${CONFIG}failed_case: zero\n` })
    const some = `import { readFileSync } from 'node:fs'\nconst n = Number(readFileSync(0, 'utf8'))\nif (n === 500) process.exit(1)\nconsole.log(Math.floor(n / 2))\n`
    const { metrics, said, code } = measure({ 'main.mjs': some })
    expect(code).toBe(0)
    expect(metrics).toMatchObject({ score: 500, valid: 1, failed_cases: 1, case_0: 0 })
    expect(said).toContain('case 0: RE')
  })

  it('are held against the program that was there first, case by case, where scoring is relative', async () => {
    const { measure, task } = await taken({ ...PROBLEM, 'config.yaml': `${CONFIG}scoring: relative\n` })
    expect(task.evaluate.direction).toBe('maximize')
    expect(measure().metrics).toMatchObject({ score: 1, absolute: 700 })
    const half = measure({ 'main.mjs': PROBLEM['main.mjs'].replace('SHIFT = 300', 'SHIFT = 650') })
    expect(half.metrics).toMatchObject({ score: 0.5, absolute: 350, case_0: 0.5 })
  })

  it('are held against references on record, the other way round where lower is better', async () => {
    const config = `${CONFIG}scoring: relative\nreferences: {0: 1400, 1: 700}\n`.replace('maximize', 'minimize')
    const { measure } = await taken({ ...PROBLEM, 'config.yaml': config })
    expect(measure().metrics).toMatchObject({ score: 1.5, case_0: 2, case_1: 1 })
  })

  it('may keep their cases, the last of which are the hold-out', async () => {
    const config = CONFIG.replace(/gen: .*\n/, '')
    const stored = Object.fromEntries([0, 1, 2].map((index) => [`in/000${index}.txt`, `${500 + index}\n`]))
    const { measure, contest, made } = await taken({ ...PROBLEM, ...stored, 'config.yaml': config })
    expect(contest.cases).toEqual(['in/0000', 'in/0001'])
    expect(measure().metrics['case_in/0001']).toBe(700)
    expect(measure({}, 'holdout').said).toContain('1 cases: 1 AC')
    expect(made.missing.join('\n')).toContain('fresh cases')
  })

  it("may use the contest's own generator, which writes files for a list of seeds", async () => {
    const gen = 'i=0; while read -r seed; do echo $((500 + seed % 100)) > "$2/000$i.txt"; i=$((i + 1)); done < "$1"\n'
    const config = CONFIG.replace(/gen: .*\n/, 'gen: sh gen.sh {seeds} {dir}\n')
    const { measure } = await taken({ ...PROBLEM, 'gen.sh': gen, 'config.yaml': config })
    expect(measure().metrics).toMatchObject({ score: 700, case_1: 700 })
  })

  it.skipIf(!has('g++'))('take programs in C++', async () => {
    const { 'main.mjs': _, ...rest } = PROBLEM
    const { measure, task } = await taken({ ...rest, 'main.cpp': CPP, 'config.yaml': `${CONFIG}memory_limit: 64MB\n` })
    expect(task.edit).toEqual(['main.cpp'])
    expect(measure().metrics.score).toBe(700)
    const greedy = '#include <vector>\nint main() { std::vector<char> much(200 << 20, 1); return much[7] - 1; }\n'
    expect(measure({ 'main.cpp': greedy }).said).toContain('RE: the program crashed')
    expect(measure({ 'main.cpp': 'int main() { return x; }\n' }).said).toContain("'x' was not declared")
  })

  it.skipIf(!all || !has('rustc'))('take programs in Rust', async () => {
    const { 'main.mjs': _, ...rest } = PROBLEM
    const rust =
      'use std::io;\nfn main() {\n    let mut line = String::new();\n    io::stdin().read_line(&mut line).unwrap();\n    let n: i64 = line.trim().parse().unwrap();\n    println!("{}", n / 2 + 300);\n}\n'
    const { measure } = await taken({ ...rest, 'main.rs': rust })
    expect(measure().metrics.score).toBe(700)
  })

  it.skipIf(!all || !has('python3'))('take programs, generators and testers in Python', async () => {
    const { measure } = await taken({
      'statement.md': 'Print half.\n',
      'config.yaml': 'time_limit: 10\ndirection: maximize\npublic: [5, 6]\nprivate: 2\n',
      'gen.py': 'import sys\nprint(500 + int(sys.argv[1]) % 100)\n',
      'tester.py':
        'import sys\nn, answer = (int(open(path).read()) for path in sys.argv[1:])\nprint(1000 - abs(n // 2 - answer))\n',
      'main.py': 'print(int(input()) // 2 + 300)\n',
    })
    expect(measure().metrics).toMatchObject({ score: 700, case_5: 700, case_6: 700 })
    expect(measure({ 'main.py': 'print(\n' }).said).toContain('CE: main.py does not compile')
  })

  it('say what is lacking or wrong in the folder', async () => {
    const without = (name: string) => Object.fromEntries(Object.entries(PROBLEM).filter(([path]) => path !== name))
    const refused = (files: Record<string, string>) => expect(taken(files)).rejects
    for (const name of ['statement.md', 'config.yaml', 'main.mjs'])
      await refused(without(name)).toMatchObject({ what: expect.stringContaining(name.replace('mjs', '')) })
    for (const tool of ['gen', 'tester'])
      await refused({ ...PROBLEM, 'config.yaml': CONFIG.replace(new RegExp(`${tool}: .*`), '') }).toMatchObject({
        what: expect.stringContaining(`no ${tool}.*`),
      })
    await refused({ ...PROBLEM, 'config.yaml': 'direction: up\n' }).toMatchObject({
      why: expect.stringContaining('time_limit'),
    })
    await refused({ ...PROBLEM, 'config.yaml': `${CONFIG}kind: reactive\n` }).toMatchObject({
      fix: expect.stringContaining('not supported'),
    })
    await refused({ ...PROBLEM, 'main.cpp': CPP }).toMatchObject({ what: expect.stringContaining('not clear') })
    const lowest = CONFIG.replace('maximize', 'minimize')
    await refused({ ...PROBLEM, 'config.yaml': `${lowest}failed_case: zero\n` }).toMatchObject({
      what: expect.stringContaining('zero cannot be kept'),
    })
  })

  it.skipIf(!all || !has('g++'))(
    'go from import to a champion that the hold-out confirms',
    { timeout: 300_000 },
    async () => {
      const { 'main.mjs': _, ...rest } = PROBLEM
      const source = folderOf({ ...rest, 'main.cpp': CPP })
      const home = dirname(source)
      const made = await anneal(home, ['import', 'ale-bench', 'source', '--to', 'task'])
      expect(made.code, made.err).toBe(0)
      const folder = join(home, 'task')
      const checked = await anneal(folder, ['check', '--runs', '1', '--json'])
      expect(JSON.parse(checked.out)).toMatchObject({ ok: true, baseline: { score: 700 } })
      const ran = await anneal(folder, ['run', '--json', '--editor', 'genetic', '--attempts', '8'])
      expect(ran.code, ran.err).toBe(0)
      const { best } = JSON.parse(ran.out)
      expect(best.score).toBeGreaterThan(700)
      expect(best.confirmed).toBe(true)
      expect(best.holdout).toBeGreaterThan(700)
    },
  )
})

const kept = new Map<string, ReturnType<typeof taken>>()
/** The plain problem, imported once. */
function plain() {
  const found = kept.get('plain') ?? taken(PROBLEM)
  kept.set('plain', found)
  return found
}
