import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { anneal, git, offline } from '../support/cli.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'

const python = spawnSync('python3', ['--version']).status === 0
const reason = python ? '' : ' (skipped: python3 is not installed)'
/** Where time is short the scripted model's run stands for all: they take the same way. */
const all = process.env.ANNEAL_TEST_ALL !== undefined
const unsafe = ['--sandbox', 'off']

const PROGRAM = '# EVOLVE-BLOCK-START\nvalue = 3\nother = 0.5\n# EVOLVE-BLOCK-END\nfixed = 1\n'
const LOAD =
  "import importlib.util\ndef load(path):\n    spec = importlib.util.spec_from_file_location('program', path)\n    module = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(module)\n    return module\n"
const OPENEVOLVE = {
  'initial_program.py': PROGRAM,
  'evaluator.py': `${LOAD}def evaluate_stage1(path):\n    return {'runs': load(path).fixed}\ndef evaluate(path):\n    program = load(path)\n    return {'combined_score': program.value + program.other, 'fixed': program.fixed}\n`,
  'config.yaml': 'max_iterations: 6\nevaluator: {timeout: 20}\n',
}
const SHINKA = {
  'initial.py': PROGRAM,
  'evaluate.py': `import argparse, json, os\n${LOAD}parser = argparse.ArgumentParser()\nparser.add_argument('--program_path')\nparser.add_argument('--results_dir')\ngiven = parser.parse_args()\nprogram = load(given.program_path)\nfor name, value in (('metrics', {'combined_score': program.value + program.other}), ('correct', {'correct': program.fixed == 1, 'error': None})):\n    with open(os.path.join(given.results_dir, name + '.json'), 'w') as file:\n        json.dump(value, file)\n`,
}
const WECO = { 'module.py': 'value = 3\n', 'evaluate.py': "from module import value\nprint('loss:', value * value)\n" }
const AUTORESEARCH = {
  'program.md': 'Change `train.py` for the lowest val_loss: `grep "^val_loss:" run.log`.\n',
  'prepare.py': 'def loss(rate):\n    return (rate - 0.1) ** 2\n',
  'train.py': "from prepare import loss\nrate = 3\nprint('val_loss:', loss(rate))\n",
}

type Case = [format: string, files: Record<string, string>, words: string[], baseline: number, sign: number]

/** A folder that holds another tool's task in `source`. */
function homeOf(files: Record<string, string>): string {
  const home = mkdtempSync(join(tmpdir(), 'anneal-import-'))
  mkdirSync(join(home, 'source'))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(home, 'source', path), text)
  return home
}

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

describe.skipIf(reason)(
  `a task of another tool goes from import to an improvement${reason}`,
  { timeout: 120_000 },
  () => {
    it.skipIf(!all).each([
      ['openevolve', OPENEVOLVE, [], 3.5, 1],
      ['shinka', SHINKA, [], 3.5, 1],
      [
        'weco',
        WECO,
        ['--source', 'module.py', '--eval-command', 'python evaluate.py', '--metric', 'loss', '--goal', 'min'],
        9,
        -1,
      ],
      [
        'aide',
        WECO,
        ['--source', 'module.py', '--eval-command', 'python evaluate.py', '--metric', 'loss', '--goal', 'min'],
        9,
        -1,
      ],
      ['autoresearch', AUTORESEARCH, [], 8.41, -1],
    ] as Case[])('%s', async (format, files, words, baseline, sign) => {
      const home = homeOf(files)
      const made = await anneal(home, ['import', format, 'source', '--to', 'task', ...words])
      expect(made.code, made.err).toBe(0)
      expect(made.out).toContain('Not carried over:')
      expect(made.out).toContain('  cd task\n  anneal check\n  anneal run\n')
      const task = join(home, 'task')
      const ran = await anneal(task, ['run', '--json', '--editor', 'genetic', '--attempts', '6', ...unsafe])
      expect(ran.code, ran.err).toBe(0)
      const result = JSON.parse(ran.out)
      expect(result.baseline.score).toBeCloseTo(baseline)
      expect((result.best.score - baseline) * sign).toBeGreaterThan(0)
      expect(result.best.confirmed).toBe(true)
      expect(git(task, 'diff', '--name-only', 'HEAD', result.best.commit).split('\n')).toHaveLength(1)
    })

    it('openevolve, checked, then by a model that may change only what stands between the markers', async () => {
      const home = homeOf(OPENEVOLVE)
      const made = await anneal(home, ['import', 'openevolve', 'source', '--json'])
      expect(JSON.parse(made.out)).toMatchObject({ format: 'openevolve', folder: join(home, 'source-anneal') })
      const task = join(home, 'source-anneal')
      const checked = await anneal(task, ['check', '--runs', '1', '--json', ...unsafe])
      expect(JSON.parse(checked.out)).toMatchObject({ ok: true, baseline: { score: 3.5, isolation: 'shared' } })
      const edit = (from: string, to: string) =>
        `initial_program.py\n<<<<<<< SEARCH\n${from}\n=======\n${to}\n>>>>>>> REPLACE\n`
      const idea = { title: 'Raise it', hypothesis: 'more', expected: 'more', cites: [] }
      server = await startModelServer(({ system, prompt, number }) => {
        if (system.startsWith('You improve'))
          return JSON.stringify({ ...idea, plan: number === 0 ? 'raise what is fixed' : 'a larger number first' })
        return prompt.includes('a larger number first')
          ? edit('value = 3', `value = ${40 + number}`)
          : edit('fixed = 1', 'fixed = 2')
      })
      const set = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-made-up-0123456789' })
      const words = ['run', '--json', '--model', 'm', '--attempts', '2', '--no-memory', ...unsafe]
      const ran = await anneal(task, words, set)
      expect(ran.code, ran.err).toBe(0)
      const { attempts } = JSON.parse((await anneal(task, ['log', '--json'], set)).out)
      expect(attempts[1]).toMatchObject({ status: 'failed', reason: expect.stringContaining('EVOLVE-BLOCK') })
      expect(JSON.parse(ran.out).best.score).toBeGreaterThan(40)
      expect(readFileSync(join(task, 'initial_program.py'), 'utf8')).toBe(PROGRAM)
    })

    it('says what is wrong with a request', async () => {
      const home = homeOf({})
      const unknown = await anneal(home, ['import', 'nonsense', 'source'])
      expect(unknown.code).toBe(2)
      expect(unknown.err).toContain('The formats are aide, ')
      expect(unknown.err).toContain('What to do:')
      const empty = await anneal(home, ['import', 'shinka', 'source', '--json'])
      expect(empty.code).toBe(2)
      expect(JSON.parse(empty.out).error.what).toContain('initial.*')
      expect((await anneal(home, ['import', 'shinka'])).code).toBe(2)
    })
  },
)
