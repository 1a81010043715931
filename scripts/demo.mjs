// The main job on a shipped starter, offline: makes a repository of it in a temporary folder, improves it, and tells where to look.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const anneal = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js')
const folder = join(mkdtempSync(join(tmpdir(), 'anneal-demo-')), 'circle-packing')
const [attempts, seed] = [process.env.ANNEAL_DEMO_ATTEMPTS ?? '400', process.env.ANNEAL_DEMO_SEED ?? '1']
// A model would do better; the demo shows what is there without one.
const { OPENAI_API_KEY: _, OPENAI_BASE_URL: __, ...environment } = process.env

run('init', '--starter', 'circle-packing', folder)
run(
  'run',
  '--dir',
  folder,
  '--attempts',
  attempts,
  '--time',
  '150s',
  '--parallel',
  '2',
  '--seed',
  seed,
  '--require-improvement',
)
console.log(
  `\nThe repository is ${folder}. Look around in it:\n  anneal log      the tree of attempts\n  anneal show     the best one whole\n  anneal diff     what it changed\n  git log --oneline --graph --all`,
)

function run(...words) {
  const done = spawnSync(process.execPath, [anneal, ...words], { stdio: 'inherit', env: environment })
  if (done.status !== 0) process.exit(done.status ?? 1)
}
