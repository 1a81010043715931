import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { anneal, offline, repository } from '../support/cli.ts'
import { type Asked, type Reply, startModelServer } from '../support/model-server.ts'
import { type Row, table } from './table.ts'

/** Pitfalls that the tasks of the family share: a made-up call that breaks the program unless its guard stands beside it. */
const PITFALLS = [
  ['torque', 'ballast'],
  ['lattice', 'dampener'],
  ['prism', 'collimator'],
  ['sluice', 'weir'],
  ['furnace', 'crucible'],
  ['rotor', 'gimbal'],
  ['spindle', 'bobbin'],
  ['kiln', 'trivet'],
] as const

const GOALS = [
  'Make the yield of the northern plant as large as it can be.',
  'Make the yield of the southern plant large within its budget.',
]
/** Attempts that can tell: each pitfall comes round three times in a run. */
const ATTEMPTS = 3 * PITFALLS.length

const files = (goal: string) => ({
  'solve.mjs': program(1, []),
  'score.mjs': `import { readFileSync, writeFileSync } from 'node:fs'
const { value, calls } = JSON.parse(readFileSync(\`\${process.env.ANNEAL_OUT}/value.json\`, 'utf8'))
for (const call of calls) throw new Error(\`\${call} broke: its guard is missing\`)
writeFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ value }))
`,
  'anneal.yaml': `goal: ${goal}
edit: [solve.mjs]
execute: {command: node solve.mjs, timeout: 20s}
evaluate: {command: node score.mjs, sealed: [score.mjs], metric: value, direction: maximize, timeout: 20s}
`,
})

const program = (value: number, calls: readonly string[]) =>
  `import { writeFileSync } from 'node:fs'\n\nconst value = ${value}\nconst calls = ${JSON.stringify(calls)}\nwriteFileSync(\`\${process.env.ANNEAL_OUT}/value.json\`, JSON.stringify({ value, calls }))\n`

/**
 * A model that tries one device after another and makes the same mistake with each, unless its prompt holds the lesson that warns of it. It distils an honest lesson from
 * every attempt, of failures and of gains, so that warnings must be found among others.
 */
function forgetful(): (asked: Asked) => Reply {
  let ideas = 0
  let value = 1
  return ({ system, prompt }) => {
    if (system.startsWith('You improve')) {
      const [name, guard] = PITFALLS[ideas++ % PITFALLS.length] ?? PITFALLS[0]
      const lessons = prompt.slice(prompt.indexOf('# Lessons'), prompt.indexOf('# Attempts so far'))
      const warning = lessons.split(/^- /m).find((text) => text.includes(`the ${guard} `))
      const cites = warning ? [warning.split(' ')[0] ?? ''] : []
      const plan = warning ? `Set the ${guard} first.` : 'Just use it.'
      return JSON.stringify({ title: `Use the ${name}`, hypothesis: 'more yield', plan, expected: 'more', cites })
    }
    const name = /Use the (\w+)/.exec(prompt)?.[1] ?? ''
    if (system.startsWith('You distil')) {
      const guard = PITFALLS.find(([one]) => one === name)?.[1]
      const failed = prompt.includes(`${name} broke`)
      return JSON.stringify(
        failed
          ? {
              kind: 'error',
              when: `The ${name} is used`,
              advice: `Set the ${guard} before the ${name} or the program breaks.`,
              confidence: 0.8,
            }
          : {
              kind: 'practice',
              when: `The plant has a ${name}`,
              advice: `The ${name} at level ${value} gave more yield.`,
              confidence: 0.5,
            },
      )
    }
    const guarded = prompt.includes('first.')
    if (guarded) value++
    return `solve.mjs\n\`\`\`\n${program(value, guarded ? [] : [name])}\`\`\`\n`
  }
}

type Try = { device: string; failed: boolean }

/** A run through the real command line; gives what each attempt tried and whether it fell into the pitfall. */
async function run(folder: string, goal: string, memory: boolean, attempts: number, data: string): Promise<Try[]> {
  const server = await startModelServer(forgetful())
  const environment = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'none', XDG_DATA_HOME: data })
  const words = ['run', goal, '--json', '--model', 'm', '--sandbox', 'off', '--attempts', String(attempts)]
  const said = await anneal(folder, [...words, ...(memory ? [] : ['--no-memory'])], environment)
  if (said.code !== 0) throw new Error(said.err || said.out)
  const log = JSON.parse((await anneal(folder, ['log', '--json'], environment)).out)
  await server.close()
  return log.attempts.slice(1).map(({ title, reason }: { title: string; reason: string | null }) => {
    const device = /Use the (\w+)/.exec(title)?.[1] ?? ''
    return { device, failed: reason?.includes(`${device} broke`) ?? false }
  })
}

export type Repeats = { within: number; between: number; elsewhere: number }

/** The rates of repeated mistakes: within a run, from one run to the next of a project, and from there to another project of the user. */
export async function repeats(memory: boolean, attempts = ATTEMPTS): Promise<Repeats> {
  const data = mkdtempSync(join(tmpdir(), 'anneal-data-'))
  const [north = '', south = ''] = GOALS
  const [one, other] = [repository(files(north)), repository(files(south))]
  const first = await run(one, north, memory, attempts, data)
  const second = await run(one, south, memory, attempts, data)
  const third = await run(other, south, memory, attempts, data)
  for (const folder of [dirname(one), dirname(other), data]) rmSync(folder, { recursive: true, force: true })
  const made = (tries: readonly Try[]) => new Set(tries.filter(({ failed }) => failed).map(({ device }) => device))
  const again = [first, second, third].flatMap((tries) =>
    tries.filter(({ device }, index) => made(tries.slice(0, index)).has(device)),
  )
  return {
    within: rate(again),
    between: rate(firstsOf(second).filter(({ device }) => made(first).has(device))),
    elsewhere: rate(firstsOf(third).filter(({ device }) => made(first).has(device))),
  }
}

/** The first try of each device in a run. */
const firstsOf = (tries: readonly Try[]) =>
  tries.filter(({ device }, index) => tries.findIndex((one) => one.device === device) === index)

const rate = (tries: readonly Try[]) => tries.filter(({ failed }) => failed).length / Math.max(1, tries.length)

/** How much less often mistakes are repeated with memory on than with memory off. */
export async function memory(): Promise<Row[]> {
  const [on, off] = [await repeats(true), await repeats(false)]
  const row = (what: string, of: keyof Repeats, aim: string) => ({
    what,
    figure: `${(100 * on[of]).toFixed(0)} % with memory, ${(100 * off[of]).toFixed(0)} % without`,
    aim,
  })
  return [
    row('mistakes repeated within a run', 'within', 'at most a quarter'),
    row('mistakes repeated from one run to the next', 'between', 'at most a quarter'),
    row('mistakes repeated in another project', 'elsewhere', ''),
  ]
}

if (process.argv[1] === import.meta.filename) console.log(table(await memory()))
