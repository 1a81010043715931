import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../../src/journal/journal.ts'
import type { Run } from '../../../src/records/run.ts'
import { attemptOf } from '../../../src/records/run.ts'
import { adviceOf } from '../../../src/reports/page/data.ts'
import { byInterest, detailOf } from '../../../src/reports/page/detail.ts'
import { pack } from '../../../src/reports/page/pack.ts'
import { contentPolicy, json, page } from '../../../src/reports/page/page.ts'
import { trustOf } from '../../../src/reports/page/trust.ts'
import { repository, TINY } from '../../support/cli.ts'
import { longRun } from '../../support/long-run.ts'

async function sample(attempts: number, more: Partial<Run> = {}): Promise<Run> {
  const folder = repository(TINY)
  const evaluate = { command: 'node score.mjs', metric: 'value', direction: 'maximize' }
  const name = longRun(folder, { goal: 'Make the value large.', edit: ['solve.mjs'], evaluate }, attempts)
  const run = await readRun(`${folder}/.anneal/runs/${name}`)
  if (!run) throw new Error('no run')
  return { ...run, ...more }
}

describe('data in a page', () => {
  it('comes back as it was, and can neither end its element nor a line of script', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = json(value)
        expect(text).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value))
      }),
    )
    expect(json('</script><!--\u2028')).toBe('"\\u003c/script\\u003e\\u003c!--\\u2028"')
  })

  it('stands beside a policy that names its code by digest and lets nothing else in', () => {
    const assets = { script: 'alert(1)', style: 'p{}' }
    expect(contentPolicy(assets, false)).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:/,
    )
    expect(contentPolicy(assets, false)).not.toContain('connect-src')
    expect(contentPolicy(assets, true)).toContain("connect-src 'self'")
    const made = page({ title: '<b>"x"', assets, plain: '</noscript>' })
    expect(made).toContain('<title>&lt;b&gt;&quot;x&quot;</title>')
    expect(made).not.toContain('</noscript></pre>')
  })
})

describe('details in a page', () => {
  it('are packed by interest until the room is used up, and what was left out is counted', async () => {
    const run = await sample(60)
    const order = byInterest(run)
    expect(order).toHaveLength(61)
    expect(order[0]).toBe(0)
    expect(order.indexOf(59)).toBeLessThan(order.indexOf(7))
    const make = async (number: number) => {
      const attempt = attemptOf(run, number)
      if (!attempt) throw new Error('no attempt')
      return detailOf(run, attempt, null)
    }
    const all = await pack(order, make)
    expect(Object.keys(all.packed.at)).toHaveLength(61)
    expect(all.leftOut).toEqual({ logs: 0, details: 0 })
    const [first = ''] = all.packed.blocks
    const some = await pack(order, make, { all: first.length + 10, whole: 0 })
    expect(some.packed.blocks).toHaveLength(1)
    expect(some.leftOut).toEqual({ logs: 16, details: 45 })
  })
})

describe('what to do now', () => {
  it('names the budget that ended the run', async () => {
    const run = await sample(4, { spent: { seconds: 90.2, usd: 1.5, usdUnknown: false, tokens: 1000, cached: 0 } })
    const last = (stopped: Run['stopped']) => adviceOf({ ...run, stopped }).at(-1)?.command
    expect(last('attempts')).toBe(`anneal resume ${run.run} --attempts 30`)
    expect(last('time')).toBe(`anneal resume ${run.run} --time 181s`)
    expect(last('cost')).toBe(`anneal resume ${run.run} --cost 3`)
    expect(last('tokens')).toBe(`anneal resume ${run.run} --tokens 2000`)
    expect(last(null)).toBe(`anneal resume ${run.run}`)
    expect(last('target')).toBe(`anneal apply --run ${run.run}`)
    // While a process works on it there is nothing to resume.
    expect(adviceOf({ ...run, stopped: null }, true).at(-1)?.command).toBe(`anneal steer ${run.run} --pause`)
  })
})

describe('what is said of trust', () => {
  it('does not praise what was not proved', async () => {
    const findings = trustOf(await sample(4))
    const of = (about: string) => findings.find((one) => one.about === about)
    expect(of('Confirmation')).toMatchObject({ verdict: 'fair', text: expect.stringContaining('not measured again') })
    expect(of('Hold-out')?.verdict).toBe('fair')
    expect(of('Sandbox')?.verdict).toBe('bad')
    expect(of('Signs of tampering')?.verdict).toBe('good')
    const run = await sample(4, { tier: 'bubblewrap' })
    const signed = {
      ...run,
      attempts: run.attempts.map((one) => (one.attempt === 4 ? { ...one, signs: ['reads the answers'] } : one)),
    }
    expect(trustOf(signed).find(({ about }) => about === 'Signs of tampering')).toMatchObject({
      verdict: 'bad',
      text: expect.stringContaining('reads the answers'),
      attempts: [4],
    })
    const open = { ...run, task: { ...run.task, runner: { ...run.task.runner, network: true } } }
    expect(trustOf(open).find(({ about }) => about === 'Sandbox')?.verdict).toBe('fair')
  })
})
