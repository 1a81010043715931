import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { anneal, git, offline, repository } from '../support/cli.ts'
import { startModelServer } from '../support/model-server.ts'
import type { Row } from './table.ts'

const FILES = 50
const ATTEMPTS = 60
const TURNS = 3

/** A repository of 50 files with an evaluator that does next to nothing. */
function smallRepository(): string {
  const files = Object.fromEntries(
    Array.from({ length: FILES - 2 }, (_, number) => [
      `src/file-${number}.txt`,
      `file ${number}\n${'some text\n'.repeat(40)}`,
    ]),
  )
  return repository({
    ...files,
    'value.txt': '0\n',
    'score.sh': 'cat value.txt\n',
    'anneal.yaml':
      'goal: Make the value large.\nedit: [value.txt]\nevaluate: {command: sh score.sh, metric: value, direction: maximize}\n',
  })
}

/** Milliseconds that one attempt costs by hand: a work tree added, one file written and committed, the tree removed. */
function floor(): number {
  const folder = smallRepository()
  const place = mkdtempSync(join(tmpdir(), 'anneal-floor-'))
  const begun = performance.now()
  for (let turn = 1; turn <= ATTEMPTS; turn++) {
    const tree = join(place, String(turn))
    git(folder, 'worktree', 'add', '-q', '-b', `attempt-${turn}`, tree, 'main')
    writeFileSync(join(tree, 'value.txt'), `${turn}\n`)
    git(tree, 'commit', '-q', '-a', '-m', `attempt ${turn}`)
    execFileSync('sh', ['score.sh'], { cwd: tree })
    git(folder, 'worktree', 'remove', '--force', tree)
  }
  return (performance.now() - begun) / ATTEMPTS
}

/** Milliseconds that one attempt costs in Anneal: a long run less a short one, over a model server that answers at once. */
async function whole(words: string[]): Promise<number> {
  let turn = 0
  const server = await startModelServer(({ system }) => {
    if (system.startsWith('You improve'))
      return JSON.stringify({ title: `Raise it ${turn}`, hypothesis: 'h', plan: 'p', expected: 'e', cites: [] })
    if (system.startsWith('You distil')) return JSON.stringify({ kind: 'fact', when: '', advice: '', confidence: 0 })
    turn++
    return `value.txt\n\`\`\`\n${turn}\n\`\`\`\n`
  })
  try {
    const seconds = async (attempts: number) => {
      const folder = smallRepository()
      const begun = performance.now()
      const said = await anneal(
        folder,
        ['run', '--attempts', String(attempts), '--model', 'm', '--json', ...words],
        offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'made-up' }),
      )
      if (said.code !== 0) throw new Error(said.out + said.err)
      return performance.now() - begun
    }
    const short = await seconds(5)
    return ((await seconds(5 + ATTEMPTS)) - short) / ATTEMPTS
  } finally {
    await server.close()
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** What one attempt costs beside doing by hand what it must do at least, side by side. */
export async function attemptCost(): Promise<Row[]> {
  const [floors, plain, sandboxed]: number[][] = [[], [], []]
  for (let turn = 0; turn < TURNS; turn++) {
    floors?.push(floor())
    plain?.push(await whole(['--sandbox', 'off']))
    sandboxed?.push(await whole([]))
  }
  const bottom = median(floors ?? [])
  return [
    { what: `by hand: worktree, commit, evaluate (${FILES} files)`, figure: `${bottom.toFixed(1)} ms`, aim: '' },
    ...[
      ['an attempt, sandbox off', plain],
      ['an attempt, best sandbox', sandboxed],
    ].map(([what, values]) => {
      const time = median(values as number[])
      return {
        what: String(what),
        figure: `${time.toFixed(1)} ms = ${(time / bottom).toFixed(2)} ×`,
        aim: 'at most 2 ×',
      }
    }),
  ]
}
