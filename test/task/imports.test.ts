import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { importTask } from '../../src/jobs/import-task.ts'
import { git, repository } from '../support/cli.ts'

const python = spawnSync('python3', ['--version']).status === 0
const reason = python ? '' : ' (skipped: python3 is not installed)'

const OPENEVOLVE = {
  'initial_program.py':
    '# EVOLVE-BLOCK-START\ndef solve():\n    return 3\n# EVOLVE-BLOCK-END\n\ndef run():\n    return solve()\n',
  'evaluator.py':
    "import importlib.util\nfrom openevolve.evaluation_result import EvaluationResult\n\ndef load(path):\n    spec = importlib.util.spec_from_file_location('program', path)\n    module = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(module)\n    return module\n\ndef evaluate(path):\n    value = load(path).run()\n    return EvaluationResult(metrics={'combined_score': value, 'valid': True}, artifacts={'remark': 'was run'})\n",
}
const SHINKA = {
  'initial.py': '# EVOLVE-BLOCK-START\ndef solve(seed):\n    return 3 + seed\n# EVOLVE-BLOCK-END\n',
  'evaluate.py':
    "import argparse\nfrom shinka.core import run_shinka_eval\n\ndef check(value):\n    return value < 100, f'{value} is too large'\n\ndef total(values):\n    return {'combined_score': float(sum(values)), 'public': {'count': len(values), 'said': 'well run'}, 'private': {'secret': 1}}\n\nparser = argparse.ArgumentParser()\nparser.add_argument('--program_path')\nparser.add_argument('--results_dir')\ngiven = parser.parse_args()\nrun_shinka_eval(given.program_path, given.results_dir, 'solve', 2, aggregate_metrics_fn=total, validate_fn=check)\n",
}
const WECO = { 'module.py': 'x = 2\n', 'evaluate.py': "import module\nprint(f'Speed-up: {module.x}x')\n" }
const AUTORESEARCH = {
  'program.md':
    'Change `train.py`. The goal is to get the lowest val_loss. Read it with `grep "^val_loss:" run.log`.\nIf a run exceeds 3 minutes, kill it.\n',
  'train.py':
    "from prepare import loss\nrate = 0.5\nfor step in range(3):\n    print(f'\\rstep {step} val_loss: 9', end='')\nprint()\nprint(f'val_loss:   {loss(rate):.6f}')\n",
  'prepare.py': 'def loss(rate):\n    return (rate - 0.1) ** 2\n',
}

function folderOf(files: Record<string, string>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'anneal-foreign-')), 'source')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** A digest of everything in a folder. */
const digestOf = (folder: string) =>
  createHash('sha256')
    .update(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${join(entry.parentPath, entry.name)}\0${readFileSync(join(entry.parentPath, entry.name))}`)
        .toSorted()
        .join('\0'),
    )
    .digest('hex')

type Given = Parameters<typeof importTask>[2]

/** Imports `files` beside the source and gives what came of it. */
async function taken(format: string, files: Record<string, string>, given: Given = {}) {
  const source = folderOf(files)
  const before = digestOf(source)
  const made = await importTask(format, source, { to: join(dirname(source), 'task'), ...given })
  expect(digestOf(source)).toBe(before)
  expect(git(made.folder, 'status', '--porcelain')).toBe('')
  expect(git(made.folder, 'rev-parse', 'HEAD')).toBe(made.commit)
  const task = parse(readFileSync(join(made.folder, 'anneal.yaml'), 'utf8'))
  /** What the evaluator gives under a nonce, and what it says, with some files changed. */
  const measure = (changed: Record<string, string> = {}, words: string[] = []) => {
    for (const [path, text] of Object.entries(changed)) writeFileSync(join(made.folder, path), text)
    const command = `exec 3>&1 1>&2; python3 anneal_evaluate.py ${words.join(' ')}`
    const env = { ...process.env, ANNEAL_SIGNED: '1', ANNEAL_SEED: '7' }
    const ran = spawnSync('sh', ['-c', command], { cwd: made.folder, encoding: 'utf8', input: 'once\n', env })
    const { nonce, ...metrics } = ran.stdout === '' ? {} : JSON.parse(ran.stdout)
    return { code: ran.status, nonce, metrics, said: ran.stderr }
  }
  return { source, made, task, measure }
}

const kept = new Map<string, ReturnType<typeof taken>>()
/** The measuring of a format's plain task, which is imported once. */
async function once(format: string, files: Record<string, string>, given: Given = {}) {
  const found = kept.get(format) ?? taken(format, files, given)
  kept.set(format, found)
  return (await found).measure
}

describe.skipIf(reason)(`tasks of OpenEvolve${reason}`, () => {
  it('run with the evaluator as it is, and without OpenEvolve', async () => {
    const { measure, task } = await taken('openevolve', OPENEVOLVE)
    expect(measure()).toMatchObject({ code: 0, nonce: 'once', metrics: { combined_score: 3, valid: 1 } })
    expect(measure().said).toContain('remark: was run')
    expect(task).toMatchObject({ edit: ['initial_program.py'], markers: true, evaluate: { signed: true } })
    expect(task.evaluate.smoke).toBeUndefined()
  })

  it('bring budget, times, goal and models, and leave keys behind', async () => {
    const config =
      'max_iterations: 7\nrandom_seed: 5\nllm:\n  api_base: https://models.example\n  api_key: sk-secret\n  temperature: 0.3\n  models: [{name: a, weight: 0.7}, {name: b, weight: 0}]\n  primary_model: c\nprompt:\n  system_message: "\n  Mind the\n  numbers."\nevaluator: {timeout: 9, parallel_evaluations: 2, cascade_thresholds: [0.5], memory_limit_mb: 512}\ndatabase: {num_islands: 3}\n'
    const { made, task } = await taken('openevolve', { ...OPENEVOLVE, 'config.yaml': config, '.env': 'KEY=sk-secret' })
    expect(task).toMatchObject({
      budget: { attempts: 7 },
      search: { parallel: 2, seed: 5 },
      evaluate: { timeout: 9 },
      runner: { memory: '512MB' },
      models: [
        { name: 'a', weight: 0.7, temperature: 0.3 },
        { name: 'c', weight: 1, temperature: 0.3 },
      ],
    })
    expect(task.goal).toContain('Mind the numbers.')
    expect(made.missing.join('\n')).toContain('OPENAI_BASE_URL=https://models.example')
    expect(made.missing.join('\n')).toContain('.env')
    for (const file of git(made.folder, 'ls-files').split('\n'))
      expect(readFileSync(join(made.folder, file), 'utf8')).not.toContain('sk-secret')
  })

  it('score by the mean of their numbers where there is no combined score, dimensions of the archive left out', async () => {
    const { measure } = await taken('openevolve', {
      ...OPENEVOLVE,
      'evaluator.py': "async def evaluate(path):\n    return {'speed': 2, 'quality': 4, 'size': 900, 'error': 0.0}\n",
      'config.yaml': 'database: {feature_dimensions: [size]}\n',
    })
    expect(measure().metrics.combined_score).toBe(3)
  })

  it('take their first stage as the smoke test and the second of three as the cheap variant', async () => {
    const stage = (number: number) => `def evaluate_stage${number}(path):\n    return {'combined_score': ${number}}\n`
    const evaluator = OPENEVOLVE['evaluator.py'] + stage(1) + stage(2) + stage(3)
    const { measure, task } = await taken('openevolve', { ...OPENEVOLVE, 'evaluator.py': evaluator })
    expect(task.evaluate.smoke.command).toContain('--stage 1')
    expect(task.evaluate.fast.command).toContain('--stage 2')
    expect(measure({}, ['--stage', '2']).metrics.combined_score).toBe(2)
    const two = await taken('openevolve', { ...OPENEVOLVE, 'evaluator.py': OPENEVOLVE['evaluator.py'] + stage(1) })
    expect(two.task.evaluate.fast).toBeUndefined()
    const off = { ...OPENEVOLVE, 'evaluator.py': evaluator, 'config.yaml': 'evaluator: {cascade_evaluation: false}\n' }
    expect((await taken('openevolve', off)).task.evaluate.smoke).toBeUndefined()
  })

  it.each([
    ['an error in words', "return {'combined_score': 0.0, 'error': 'no such move'}", 'no such move'],
    ['a time that was up', "return {'error': 0.0, 'timeout': True}", 'time was up'],
    ['an exception', "raise ValueError('broken')", 'broken'],
    ['no number', "return {'note': 'hm'}", 'no number'],
    ['infinity', "return {'combined_score': float('inf')}", 'not a finite number'],
    ['something else', 'return [1]', 'not metrics'],
    [
      'a failure beside a zero',
      "return type('R', (), {'metrics': {'combined_score': 0.0}, 'artifacts': {'traceback': 'line 3'}})()",
      'line 3',
    ],
  ])('%s is a failure, not a score', async (_name, line, said) => {
    const measured = (await once('openevolve', OPENEVOLVE))({
      'evaluator.py': `def evaluate(path):\n    ${line}\n`,
    })
    expect(measured.code).not.toBe(0)
    expect(measured.nonce).toBeUndefined()
    expect(measured.said).toContain(said)
  })

  it('measure all candidates on the same randomness', async () => {
    const { measure } = await taken('openevolve', {
      ...OPENEVOLVE,
      'evaluator.py': "import random\ndef evaluate(path):\n    return {'combined_score': random.random()}\n",
    })
    expect(measure().metrics).toEqual(measure().metrics)
  })
})

describe.skipIf(reason)(`tasks of ShinkaEvolve${reason}`, () => {
  it('run with the evaluator as it is, and without ShinkaEvolve', async () => {
    const { measure, task } = await taken('shinka', SHINKA)
    expect(measure()).toMatchObject({ code: 0, nonce: 'once', metrics: { combined_score: 9, count: 2 } })
    expect(measure().metrics).not.toHaveProperty('secret')
    expect(measure().said).toContain('said: well run')
    expect(task).toMatchObject({ edit: ['initial.py'], markers: true })
  })

  it('bring what the script that starts a run says, without running it', async () => {
    const starter =
      'raise SystemExit("never run")\nsearch_task_sys_msg = """Count\nwell."""\nLocalJobConfig(time="00:01:30")\nEvolutionConfig(num_generations=12)\n'
    const { made, task } = await taken('shinka', { ...SHINKA, 'run_evo.py': starter })
    expect(task).toMatchObject({ budget: { attempts: 12 }, evaluate: { timeout: 90 } })
    expect(task.goal).toContain('Count\nwell.')
    expect(made.missing.join('\n')).toContain('run_evo.py')
  })

  it('bring the YAML configuration', async () => {
    const config =
      'max_evaluation_jobs: 3\nevo_config: {num_generations: 40, max_api_costs: 2.5, llm_models: [m], task_sys_msg: Be quick.}\n'
    const { task } = await taken('shinka', { ...SHINKA, 'shinka_small.yaml': config, 'other.yaml': 'a: 1\n' })
    expect(task).toMatchObject({
      budget: { attempts: 40, cost: 2.5 },
      search: { parallel: 3 },
      models: [{ name: 'm' }],
    })
    expect(task.goal).toContain('Be quick.')
  })

  it.each([
    ['is not correct', { 'initial.py': 'def solve(seed):\n    return 1000\n' }, '1000 is too large'],
    ['crashes', { 'initial.py': "def solve(seed):\n    raise ValueError('broken')\n" }, 'broken'],
  ])('a program that %s is a failure, not a score', async (_name, files, said) => {
    const measured = (await once('shinka', SHINKA))({ ...SHINKA, ...files })
    expect(measured.code).not.toBe(0)
    expect(measured.nonce).toBeUndefined()
    expect(measured.said).toContain(said)
  })

  it('a program that leaves results itself and ends the process has no score', async () => {
    const forged = [
      'import json, os, sys',
      "folder = sys.argv[sys.argv.index('--results_dir') + 1]",
      "for name, value in (('correct', {'correct': True}), ('metrics', {'combined_score': 1e6})):",
      "    json.dump(value, open(os.path.join(folder, name + '.json'), 'w'))",
      'def solve(seed):',
      '    os._exit(0)',
      '',
    ].join('\n')
    const measured = (await once('shinka', SHINKA))({ ...SHINKA, 'initial.py': forged })
    expect(measured.code).not.toBe(0)
    expect(measured.nonce).toBeUndefined()
    expect(measured.said).toContain('evaluate.py was ended before it came to its own end')
  })

  it.each([
    ['leaves nothing', '', 'no correct.json'],
    ['ends badly', 'raise SystemExit(3)\n', 'exit code 3'],
  ])('an evaluator that %s is a failure', async (_name, evaluator, said) => {
    expect((await once('shinka', SHINKA))({ 'evaluate.py': evaluator }).said).toContain(said)
  })
})

describe.skipIf(reason)(`tasks in the style of AIDE and Weco${reason}`, () => {
  const given: Given = {
    source: ['module.py'],
    evalCommand: 'python evaluate.py',
    metric: 'speed_up',
    goal: 'maximize',
    steps: 4,
    instructions: 'Be bold.',
  }

  it('run the command and read the metric that it prints', async () => {
    const { measure, task } = await taken('weco', WECO, given)
    expect(measure()).toMatchObject({ code: 0, nonce: 'once', metrics: { speed_up: 2 } })
    expect(task).toMatchObject({ edit: ['module.py'], context: ['evaluate.py'], budget: { attempts: 4 } })
    expect(task.goal).toContain('Be bold.')
  })

  it.each([
    ["print('speed_up: 1')\nprint('SPEED UP = 1,234.5')", 1234.5],
    ['print(\'{"speed_up": -2e-3}\')', -0.002],
    ["print('my_speed_up: 9')\nprint('speed_up: 4')\nprint('speed_up_best: 8')", 4],
  ])('the last value counts: %s', async (text, value) => {
    expect((await once('weco', WECO, given))({ 'evaluate.py': text }).metrics.speed_up).toBe(value)
  })

  it.each([
    ["print('nothing here')", 'printed no line'],
    ["print('speed_up: nan')", 'not a finite number'],
    ["print('speed_up: 4')\nraise SystemExit(2)", 'exit code 2'],
  ])('no number is no score: %s', async (text, said) => {
    const measured = (await once('weco', WECO, given))({ 'evaluate.py': text })
    expect(measured.code).not.toBe(0)
    expect(measured.said).toContain(said)
  })

  it('name every flag that is lacking', async () => {
    await expect(taken('aide', WECO, { metric: 'x' })).rejects.toMatchObject({
      what: expect.stringContaining('--source FILE, --eval-command CMD, --goal'),
    })
  })
})

describe.skipIf(reason)(`tasks laid out as autoresearch${reason}`, () => {
  it('bring metric, direction and time limit out of program.md', async () => {
    const { measure, task } = await taken('autoresearch', AUTORESEARCH)
    expect(measure().metrics.val_loss).toBeCloseTo(0.16)
    expect(task).toMatchObject({
      edit: ['train.py'],
      context: ['program.md', 'prepare.py'],
      evaluate: { metric: 'val_loss', direction: 'minimize', timeout: '3m' },
    })
    expect(task.runner).toBeUndefined()
  })

  it('ask for a GPU where the training does', async () => {
    const files = { ...AUTORESEARCH, 'train.py': 'device = "cuda"\n' }
    expect((await taken('autoresearch', files)).task.runner).toEqual({ gpus: 1 })
  })

  it('ask for the metric where program.md does not name it', async () => {
    const files = { ...AUTORESEARCH, 'program.md': 'Make it better.' }
    await expect(taken('autoresearch', files)).rejects.toMatchObject({ fix: expect.stringContaining('--metric') })
  })
})

describe('every import', () => {
  const fault = (what: string) => ({ what: expect.stringContaining(what) })

  it('refuses what it cannot take over, and leaves nothing behind', async () => {
    const source = folderOf(OPENEVOLVE)
    const beside = join(dirname(source), 'task')
    const listed = () => readdirSync(dirname(source)).toSorted()
    const before = listed()
    const to = beside
    await expect(importTask('nonsense', source, { to })).rejects.toMatchObject({
      why: expect.stringContaining('autoresearch, '),
    })
    await expect(importTask('openevolve', `${source}-not`, { to })).rejects.toMatchObject(fault('There is no folder'))
    await expect(importTask('shinka', source, { to })).rejects.toMatchObject(fault('initial.*'))
    await expect(importTask('openevolve', source, { to: join(source, 'in') })).rejects.toMatchObject(
      fault('the source'),
    )
    symlinkSync(source, `${source}-link`)
    await expect(importTask('openevolve', source, { to: join(`${source}-link`, 'in') })).rejects.toMatchObject(
      fault('the source'),
    )
    rmSync(`${source}-link`)
    await expect(importTask('openevolve', source, { to: dirname(source) })).rejects.toMatchObject(fault('not empty'))
    await expect(importTask('openevolve', source, { to, config: 'no.yaml' })).rejects.toMatchObject(fault('no.yaml'))
    await expect(importTask('openevolve', source, { to, timeout: 'soon' })).rejects.toMatchObject(fault('not right'))
    expect(listed()).toEqual(before)
  })

  it('does without a README that is a link out of the source', async () => {
    for (const [format, files] of [
      ['openevolve', OPENEVOLVE],
      ['shinka', SHINKA],
    ] as const) {
      const source = folderOf(files)
      symlinkSync('/etc/passwd', join(source, 'README.md'))
      const made = await importTask(format, source, { to: join(dirname(source), 'task') })
      expect(git(made.folder, 'ls-files')).not.toContain('README.md')
      expect(made.missing.join('\n')).toContain('README.md (a link that leads elsewhere)')
    }
  })

  it.each([
    ['a folder that is a link', 'stand_ins', '../elsewhere'],
    ['a link that leads nowhere', 'anneal_evaluate.json', '../elsewhere/made.json'],
  ])('in place writes nothing through %s', async (_name, name, target) => {
    const source = folderOf(SHINKA)
    mkdirSync(join(dirname(source), 'elsewhere'))
    symlinkSync(target, join(source, name))
    git(source, 'init', '-q')
    git(source, 'add', '-A')
    git(source, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x')
    await expect(importTask('shinka', source, { inPlace: true })).rejects.toMatchObject(
      fault('a link stands in their way'),
    )
    expect(readdirSync(join(dirname(source), 'elsewhere'))).toEqual([])
    expect(git(source, 'status', '--porcelain')).toBe('')
  })

  it('takes ignored files over, and no link that leads elsewhere', async () => {
    const source = folderOf({ ...OPENEVOLVE, '.gitignore': 'data\n', 'data/a.csv': '1\n', '__pycache__/x.pyc': '' })
    symlinkSync('/etc/passwd', join(source, 'users'))
    symlinkSync('data/a.csv', join(source, 'b.csv'))
    const made = await importTask('openevolve', source, { to: join(dirname(source), 'task') })
    const files = git(made.folder, 'ls-files').split('\n')
    expect(files).toEqual(expect.arrayContaining(['data/a.csv', 'b.csv']))
    expect(files).not.toContain('users')
    expect(made.missing.join('\n')).toContain('users (a link')
  })

  it('adds what is needed to the repository itself where asked, in a commit of its own', async () => {
    const root = repository(OPENEVOLVE)
    const before = git(root, 'rev-parse', 'HEAD')
    writeFileSync(join(root, 'staged.txt'), 'mine')
    git(root, 'add', 'staged.txt')
    const made = await importTask('openevolve', root, { inPlace: true })
    expect(git(root, 'rev-parse', 'HEAD^')).toBe(before)
    expect(git(root, 'show', '--format=', '--name-only', made.commit).split('\n').toSorted()).toEqual([
      'anneal.yaml',
      'anneal_evaluate.json',
      'anneal_evaluate.py',
      'anneal_signed.py',
    ])
    expect(git(root, 'status', '--porcelain')).toBe('A  staged.txt')
    await expect(importTask('openevolve', root, { inPlace: true })).rejects.toMatchObject(fault('already'))
  })

  it('refuses to add to a repository in which the program is not committed, and takes its files back', async () => {
    const root = repository({ 'evaluator.py': OPENEVOLVE['evaluator.py'] })
    writeFileSync(join(root, 'initial_program.py'), 'x = 1\n')
    await expect(importTask('openevolve', root, { inPlace: true })).rejects.toMatchObject(fault('does not fit'))
    expect(git(root, 'status', '--porcelain')).toBe('?? initial_program.py')
    const inner = join(root, 'inner')
    mkdirSync(inner)
    for (const [path, text] of Object.entries(OPENEVOLVE)) writeFileSync(join(inner, path), text)
    await expect(importTask('openevolve', inner, { inPlace: true })).rejects.toMatchObject(fault('not its root'))
  })
})
