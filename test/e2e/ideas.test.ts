import { afterEach, expect, it } from 'vitest'
import { anneal, offline, repository, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const words = (number: number) => ['alpha', 'beta', 'gamma', 'delta'].map((word) => `${word}${number}`).join(' ')
const idea = (number: number, more: object = {}) => ({
  title: `Idea ${words(number)}`,
  hypothesis: 'h',
  plan: words(number),
  expected: 'more',
  cites: [],
  ...more,
})
const isIdea = ({ system }: Asked) => system.startsWith('You improve')

function edit({ prompt, number, system }: Asked): Reply {
  if (system.startsWith('You distil')) return JSON.stringify({ kind: 'fact', when: 'x', advice: '', confidence: 0 })
  const line = /const value = [^\n]*/.exec(prompt)?.[0] ?? ''
  return `solve.mjs\n<<<<<<< SEARCH\n${line}\n=======\nconst value = ${100 + number}\n>>>>>>> REPLACE\n`
}

async function run(answer: (asked: Asked) => Reply, search: string, attempts: number) {
  server = await startModelServer(answer)
  const folder = repository({ ...TINY, 'anneal.yaml': `${TINY['anneal.yaml']}search: ${search}\n` })
  const set = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-made-up' })
  const said = await anneal(
    folder,
    ['run', '--json', '--model', 'm', '--sandbox', 'off', '--attempts', String(attempts)],
    set,
  )
  expect(said.code, said.err).toBe(0)
  const log: { title: string; tokens: number; status: string }[] = JSON.parse(
    (await anneal(folder, ['log', '--json'], set)).out,
  ).attempts
  return { log, asked: server.asked.filter(isIdea) }
}

it('draws several ideas through lenses in one call, carries out the most promising and takes the others up later', async () => {
  let drawn = 0
  const { log, asked } = await run(
    (one) => {
      if (!isIdea(one)) return edit(one)
      const first = 3 * drawn++
      const ideas = [0, 1, 2].map((index) => idea(first + index, { lens: 'data', promise: index === 1 ? 0.9 : 0.2 }))
      return JSON.stringify({ ideas })
    },
    '{ideas: 3, seed: 3}',
    8,
  )
  expect(asked[0]?.prompt).toContain('Give 3 ideas instead of one')
  expect(asked[0]?.prompt.match(/^- (algorithm|data|numerics|systems|simplification|critic): /gm)).toHaveLength(3)
  expect(log[1]?.title).toBe(idea(1).title)
  expect(asked.length).toBeLessThan(8)
  expect(new Set(log.map(({ title }) => title)).size).toBe(log.length)
})

long('asks anew, once, for an idea that was tried already, and names the attempt', async () => {
  const { log, asked } = await run(
    (one) => (isIdea(one) ? JSON.stringify(idea(one.prompt.includes('too near to what attempt') ? 2 : 1)) : edit(one)),
    '{seed: 1}',
    2,
  )
  expect(asked).toHaveLength(3)
  expect(asked[2]?.prompt).toContain('too near to what attempt 1 tried')
  expect(log.map(({ title }) => title).slice(1)).toEqual([idea(1).title, idea(2).title])
})

long('carries an idea out though it came back the same', async () => {
  const { log, asked } = await run((one) => (isIdea(one) ? JSON.stringify(idea(1)) : edit(one)), '{seed: 1}', 2)
  expect(asked).toHaveLength(3)
  expect(log.map(({ status }) => status)).toEqual(['scored', 'scored', 'scored'])
})
