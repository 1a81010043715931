import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import type { RunEvent } from '../../src/records/event.ts'
import { lackingBrowser, openPage, startBrowser } from '../support/browser.ts'
import { repository, start, TINY } from '../support/cli.ts'
import { longRun } from '../support/long-run.ts'

const all = Boolean(process.env.ANNEAL_TEST_ALL)
const why = lackingBrowser() ?? (all ? null : 'long: npm run test:all')
const TASK = { goal: 'Climb.', edit: ['solve.mjs'], evaluate: { command: 'x', metric: 'value', direction: 'maximize' } }

describe.skipIf(why !== null)(
  `the live page of a run of 5,000 attempts${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    const ended: (() => Promise<unknown>)[] = []
    afterAll(async () => {
      for (const end of ended) await end()
    })

    test('opens soon, and stays responsive while attempts end', async () => {
      const folder = repository(TINY)
      const name = longRun(folder, TASK, 5000)
      const ui = start(folder, ['ui', '--json'])
      ended.push(() => {
        ui.child.kill('SIGTERM')
        return ui.ended
      })
      let out = ''
      ui.child.stdout?.on('data', (chunk) => {
        out += chunk
      })
      while (!out.includes('\n}')) await wait(50)
      const browser = await startBrowser()
      ended.push(() => browser.close())
      const begun = performance.now()
      const { page, said } = await openPage(browser, JSON.parse(out).url)
      page.setDefaultTimeout(90_000)
      await page.locator('.tally').getByText('5,001 attempts').waitFor()
      const opened = performance.now() - begun

      // The longest time in which the page could not have answered a key.
      await page.evaluate(`(() => {
      let last = performance.now()
      globalThis.longest = 0
      setInterval(() => {
        const now = performance.now()
        globalThis.longest = Math.max(globalThis.longest, now - last - 20)
        last = now
      }, 20)
    })()`)
      const run = join(folder, '.anneal', 'runs', name)
      const journal = await openJournal(
        run,
        () => performance.now() / 1000,
        () => new Date(),
      )
      const like = journal.run()?.attempts.at(-1)
      if (!like) throw new Error('a run without attempts')
      let slowest = 0
      for (let number = 5001; number < 5021; number++) {
        const opening = {
          attempt: number,
          parents: [number - 1],
          operator: 'improve' as const,
          editor: 'command',
          model: null,
          seed: 1,
        }
        const events: RunEvent[] = [
          { type: 'attempt.opened', opening },
          { type: 'attempt.closed', attempt: { ...like, ...opening, score: Math.sqrt(number) } },
        ]
        for (const event of events) await journal.append(event)
        const told = performance.now()
        await page
          .locator('.tally')
          .getByText(`${(number + 1).toLocaleString('en-US')} attempts`)
          .waitFor()
        slowest = Math.max(slowest, performance.now() - told)
      }
      await journal.close()
      const longest = await page.evaluate<number>('globalThis.longest')
      console.log(
        `5,000 attempts: opened in ${opened.toFixed(0)} ms, told of an attempt within ${slowest.toFixed(0)} ms, busy for ${longest.toFixed(0)} ms at most`,
      )
      expect(said).toEqual([])
      // Generous, for machines that do much else; the figures above are what counts.
      expect(opened).toBeLessThan(30_000)
      expect(slowest).toBeLessThan(20_000)
      expect(longest).toBeLessThan(3000)
    }, 240_000)
  },
)
