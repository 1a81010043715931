import { Operator } from '../../src/records/idea.ts'
import { seeded } from '../../src/records/random.ts'
import { STRATEGIES } from '../../src/records/task.ts'
import { anneal, offline, repository } from '../support/cli.ts'
import { type Asked, startModelServer } from '../support/model-server.ts'
import { type Landscape, landscapes, type Program } from './landscapes.ts'
import type { Row } from './table.ts'

const ATTEMPTS = 40
const SEEDS = [1, 2]

/** A program that is nothing but where it stands in the landscape, in a form in which the genetic editor's `tune` finds no number. */
const source = (program: Program) =>
  `import { writeFileSync } from 'node:fs'\nconst program = '${Buffer.from(JSON.stringify(program)).toString('base64')}'\nwriteFileSync(\`\${process.env.ANNEAL_OUT}/program\`, program)\n`

const programsIn = (text: string): Program[] =>
  [...text.matchAll(/^const program = '(.*)'$/gm)].map(([, code = '']) =>
    JSON.parse(Buffer.from(code, 'base64').toString()),
  )

/** Plays the proposer: an idea holds the program that it leads to, and the edit writes it. */
function proposer(landscape: Landscape, seed: number) {
  return ({ system, prompt, number }: Asked): string => {
    const random = seeded(seed, number, 31)
    if (system.startsWith('You distil')) return JSON.stringify({ kind: 'fact', when: 'x', advice: '', confidence: 0 })
    if (system.startsWith('You improve')) {
      const operator = Operator.parse(/^# Your task now: (\w+)/m.exec(prompt)?.[1])
      const made = landscape.offspring(operator, programsIn(prompt), random)
      const next = 'broken' in made ? { family: -1, levels: [], hidden: made.broken } : made
      const words = Array.from({ length: 12 }, () => Math.floor(random() * 36 ** 4).toString(36)).join(' ')
      return JSON.stringify({
        title: `Idea ${words}`,
        hypothesis: 'h',
        plan: `${words}\nPROGRAM ${JSON.stringify(next)}`,
        expected: '',
        cites: [],
      })
    }
    const next: Program = JSON.parse(/PROGRAM (\{.*\})/.exec(prompt)?.[1] ?? '{}')
    return `solve.mjs\n\`\`\`js\n${source(next)}\`\`\`\n`
  }
}

/** The same landscapes, smaller, through the real command line and a loopback model server: that the pure simulation leaves nothing out. */
export async function strategiesCli(): Promise<Row[]> {
  const rows: Row[] = []
  for (const strategy of STRATEGIES)
    for (const name of ['families', 'parts'] as const) {
      const scores: number[] = []
      for (const seed of SEEDS) scores.push(await play(landscapes[name](seed), strategy, seed))
      rows.push({
        what: `${name}: ${strategy}, best score after ${ATTEMPTS} attempts of the real command line`,
        figure: scores.map((score) => score.toFixed(1)).join(' and '),
        aim: `seeds ${SEEDS.join(' and ')}`,
      })
    }
  return rows
}

async function play(landscape: Landscape, strategy: string, seed: number): Promise<number> {
  const server = await startModelServer(proposer(landscape, seed))
  const score =
    landscape.name === 'parts' ? '(100 * levels.reduce((sum, level) => sum + level, 0)) / 48' : 'levels[0] ?? 0'
  const measure = `import { readFileSync, writeFileSync } from 'node:fs'
const text = readFileSync(process.env.ANNEAL_OUT + '/program', 'utf8')
const { levels, hidden } = JSON.parse(Buffer.from(text, 'base64').toString())
if (hidden) throw new Error('it broke')
writeFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ score: ${score} }))
`
  const folder = repository({
    'solve.mjs': source(landscape.baseline),
    'score.mjs': measure,
    'anneal.yaml':
      'goal: Climb.\nedit: [solve.mjs]\nexecute: {command: node solve.mjs}\nevaluate: {command: node score.mjs, metric: score, direction: maximize}\n',
  })
  const set = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-made-up' })
  const words = [
    'run',
    '--json',
    '--model',
    'm',
    '--sandbox',
    'off',
    '--attempts',
    String(ATTEMPTS),
    '--seed',
    String(seed),
    '--search',
    strategy,
  ]
  const { out, err } = await anneal(folder, words, set)
  await server.close()
  const reached: unknown = JSON.parse(out).best?.score
  if (typeof reached !== 'number') throw new Error(`the run gave no score: ${err}`)
  return reached
}
