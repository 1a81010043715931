import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { gate } from '../../src/wiring/limits.ts'
import { anneal, repository, TINY } from '../support/cli.ts'

const never = new AbortController().signal

it('a gate lets so many through at a time, in order, whatever becomes of them', async () => {
  const through = gate(2)
  let [now, most] = [0, 0]
  const order: number[] = []
  const jobs = Array.from({ length: 9 }, (_, index) =>
    through(async () => {
      order.push(index)
      most = Math.max(most, ++now)
      await wait(5)
      now--
      if (index % 3 === 0) throw new Error('broken')
      return index
    }, never),
  )
  const ends = await Promise.allSettled(jobs)
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(3)
  expect([most, order]).toEqual([2, [...Array(9).keys()]])
})

it('who waits at a gate when all is stopped does not begin, and keeps nobody out', async () => {
  const through = gate(1)
  const stop = new AbortController()
  const first = through(() => wait(20), never)
  const second = through(async () => 'begun', stop.signal)
  stop.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  await first
  expect(await through(async () => 'third', never)).toBe('third')
})

it('candidates run one at a time where the task says so, though several attempts are under way', async () => {
  const alone =
    "import { mkdirSync, rmdirSync } from 'node:fs'\nconst lock = new URL('../../../lock', import.meta.url)\nmkdirSync(lock)\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)\nrmdirSync(lock)\n"
  const yaml = (TINY['anneal.yaml'] ?? '').replace('edit: [solve.mjs]', 'edit: [value.mjs]')
  const folder = repository({
    ...TINY,
    'value.mjs': 'export const value = 3.5\n',
    'solve.mjs': `${alone}import { value } from './value.mjs'\nimport { writeFileSync } from 'node:fs'\nwriteFileSync(\`\${process.env.ANNEAL_OUT}/value.json\`, JSON.stringify(value))\n`,
    'anneal.yaml': `${yaml}search: {parallel: 4, evaluations: 1}\n`,
  })
  const editor = 'echo "export const value = $ANNEAL_ATTEMPT" > value.mjs'
  const said = await anneal(folder, ['run', '--json', '--sandbox', 'off', '--editor-command', editor])
  expect(said.code, said.out + said.err).toBe(0)
  expect(JSON.parse(said.out).attempts).toMatchObject({ failed: 0, scored: 7 })
}, 180_000)
