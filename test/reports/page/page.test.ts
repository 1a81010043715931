import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { accessibilityFaults, openPage, pictureFolder, SIZES, withBrowser } from '../../support/browser.ts'
import { anneal, git, repository, TINY } from '../../support/cli.ts'
import { longRun } from '../../support/long-run.ts'
import { geneticRun, HOSTILE, modelRun } from './runs.ts'

/** What is asked of an element in the browser: the tests themselves know no document. */
type Shown = {
  textContent: string | null
  querySelector(selector: string): Shown | null
  querySelectorAll(selector: string): Iterable<Shown>
}

type Logged = { attempt: number; score: number | null; status: string; title: string }
type Made = { folder: string; run: string; file: string; log: Logged[] }

async function report({ folder, run }: { folder: string; run: string }): Promise<Made> {
  const { code, out, err } = await anneal(folder, ['report', run, '--json'])
  expect(code, err).toBe(0)
  const log = await anneal(folder, ['log', run, '--json'])
  return { folder, run, file: JSON.parse(out).file, log: JSON.parse(log.out).attempts }
}

const text = async (page: Page, selector: string) => (await page.locator(selector).textContent()) ?? ''
/** Minus signs and rounding of the page, undone. */
const numberIn = (said: string) => Number(said.replace('\u2212', '-'))

withBrowser('the report in a browser', (browser) => {
  let model: Made
  let genetic: Made
  beforeAll(async () => {
    ;[model, genetic] = await Promise.all([modelRun().then(report), geneticRun().then(report)])
  }, 120_000)

  it('opens from the disk without an error, and asks nothing from anywhere', async () => {
    for (const { file, run } of [model, genetic]) {
      const { page, said, asked, close } = await openPage(browser(), `file://${file}`)
      await page.locator('.detail h3').waitFor()
      expect(await text(page, '.run')).toBe(run)
      expect(said).toEqual([])
      expect(asked).toEqual([`file://${file}`])
      expect(await page.evaluate(() => fetch('https://example.org').then(String, String))).toContain('Failed to fetch')
      await close()
    }
  })

  it('plots just the scores of the journal, and walks through them by keyboard', async () => {
    for (const { file, log } of [model, genetic]) {
      const { page, close } = await openPage(browser(), `file://${file}`)
      await page.locator('.plot').focus()
      await page.keyboard.press('Home')
      const seen: (number | string)[][] = []
      for (const _ of log) {
        const shown = await page.locator('.readout').evaluate((host: unknown) => {
          const shown = host as Shown
          const [number, score] = [shown.querySelector('strong'), shown.querySelector('.mono')]
          return [number?.textContent ?? '', score?.textContent ?? '']
        })
        seen.push([Number(shown[0]), shown[1] ?? ''])
        await page.keyboard.press('ArrowRight')
      }
      expect(
        seen.map(([number, score]) => [
          number,
          Number.isNaN(numberIn(String(score))) ? score : numberIn(String(score)),
        ]),
      ).toEqual(
        log.map(({ attempt, score, status }) => [attempt, score === null ? status : Number(score.toPrecision(7))]),
      )
      const drawn = await page.evaluate<boolean>(`(() => {
        const canvas = document.querySelector('.plot canvas')
        return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)
      })()`)
      expect(drawn).toBe(true)
      await page.locator('.alternative summary').click()
      await page.locator('.alternative tbody tr').first().waitFor()
      const rows = await page
        .locator('.alternative tbody tr')
        .evaluateAll((lines) =>
          (lines as unknown as Shown[]).map((line) =>
            [...line.querySelectorAll('td')].slice(0, 3).map((cell) => cell.textContent),
          ),
        )
      expect(rows.map(([number, status]) => [Number(number), status])).toEqual(
        log.map(({ attempt, status }) => [attempt, status]),
      )
      await close()
    }
  })

  it('shows an attempt whole when it is clicked: idea, diff, metrics, prompts, replies, lessons, cost', async () => {
    const { page, said, close } = await openPage(browser(), `file://${model.file}`)
    await page.locator('#line-3').click()
    await page.locator('.detail h3', { hasText: 'Add a further term' }).waitFor()
    expect(page.url()).toContain('#attempt-3')
    expect(await page.evaluate('document.activeElement.id')).toBe('detail-title')
    const shown = await text(page, '.detail')
    expect(shown).toContain('so a larger one scores more (2)')
    expect(await text(page, '.detail .code.added')).toBe('+const value = 30')
    expect(await text(page, '.detail .code.removed mark')).toBe('3')
    expect(shown).toMatch(/tokens, \$0\.\d+/)
    await page.locator('.detail summary', { hasText: 'edit:' }).click()
    expect(await page.locator('.detail pre', { hasText: '<<<<<<< SEARCH' }).count()).toBeGreaterThan(0)
    expect(await page.locator('.detail .plain li', { hasText: 'lesson/' }).count()).toBeGreaterThan(0)
    await page.locator('.detail summary', { hasText: 'execute-full' }).click()
    expect(await text(page, '.detail pre[aria-label^="execute-full"]')).toBe('made 30\n')
    expect(said).toEqual([])
    await close()
  })

  it('says at the top whether it got better, what it cost, how far to trust it, and what to do', async () => {
    const { page, close } = await openPage(browser(), `file://${model.file}`)
    const summary = await text(page, '#summary')
    for (const said of [
      'Make the value large.',
      '60.5',
      '17.3 times the baseline, confirmed',
      'On cases that the search never met it scores 60.5',
      'without a sandbox',
      `anneal diff --run ${model.run}`,
      `anneal apply --run ${model.run}`,
      `anneal resume ${model.run}`,
    ])
      expect(summary).toContain(said)
    expect(summary).toMatch(/Money\$0\.0\d/)
    const spent = JSON.parse((await anneal(model.folder, ['status', '--json'])).out).spent
    const models = await text(page, '#cost')
    expect(models).toContain('small-1')
    expect(models).toContain(`$${spent.usd.toFixed(4)}`)
    expect(await text(page, '#worth')).toContain('a number is scored: Raise it')
    await close()
  })

  it('shows hostile text as text', async () => {
    const { page, said, asked, close } = await openPage(browser(), `file://${model.file}`)
    page.on('dialog', () => said.push('a dialog'))
    await page.locator('#line-2').click()
    const title = page.locator('.detail h3', { hasText: '</script>' })
    await title.waitFor()
    const shown = await title.textContent()
    expect(shown).toContain('</script><script>document.title="broken"</script><img src=x onerror=alert(1)>')
    expect(shown).toContain('␛[31mred␛[0m')
    expect(shown).toContain('⟨202E⟩txt.exe ⟨2028⟩ &amp; `$(reboot)`')
    expect(await page.title()).toBe(`${model.run} · Anneal`)
    expect(await page.locator('img').count()).toBe(0)
    expect(said).toEqual([])
    expect(asked).toHaveLength(1)
    const source = readFileSync(model.file, 'utf8')
    expect(source).not.toContain(HOSTILE.slice(0, 20))
    expect(source).not.toContain('\u2028')
    await close()
  })

  it('compares any two attempts, with the real diff where it has it and the command where it has not', async () => {
    const { page, close } = await openPage(browser(), `file://${model.file}`)
    const real = git(model.folder, 'diff', '--no-color', 'main', `anneal/${model.run}/6`)
    const shown = await page.locator('#compare .code.added, #compare .code.removed').allInnerTexts()
    expect(shown).toEqual(real.split('\n').filter((line) => /^[+-](?![+-])/.test(line)))
    await page.locator('#compare input').first().fill('1')
    await page.locator('#compare input').last().fill('5')
    await page.keyboard.press('Enter')
    await page.locator('#compare', { hasText: `git diff anneal/${model.run}/1 anneal/${model.run}/5` }).waitFor()
    const compared = await text(page, '#compare')
    expect(compared).toContain('does not hold the diff between these two commits')
    expect(compared).toContain('+40')
    await page.locator('#compare input').last().fill('99')
    await page.keyboard.press('Enter')
    await page.locator('#compare', { hasText: 'There is no attempt 99' }).waitFor()
    await close()
  })

  it('lets the tree be walked, filtered and sorted by keyboard', async () => {
    const { page, close } = await openPage(browser(), `file://${genetic.file}`)
    await page.locator('.detail h3').waitFor()
    await page.locator('.tree').focus()
    await page.keyboard.press('Home')
    expect(await page.locator('.tree').getAttribute('aria-activedescendant')).toBe('line-0')
    await page.keyboard.press('ArrowLeft')
    expect(await page.locator('.entry').count()).toBe(1)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    const second = (await page.locator('.tree').getAttribute('aria-activedescendant')) ?? ''
    await page.keyboard.press('Enter')
    await page.waitForURL(`**#attempt-${second.replace('line-', '')}`)
    await page.getByLabel('Order').selectOption('best first')
    const scores = (await page.locator('.entry .score').allInnerTexts())
      .map(numberIn)
      .filter((score) => !Number.isNaN(score))
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    await page.getByLabel('Find attempts').fill('the program as it is')
    expect(await page.locator('.entry').count()).toBe(1)
    await close()
  })

  const whole = process.env.ANNEAL_TEST_ALL !== undefined
  const looks = [
    { colorScheme: 'light', size: 'wide', name: 'model' },
    { colorScheme: 'dark', size: 'narrow', name: 'genetic' },
    ...(whole
      ? ([
          { colorScheme: 'light', size: 'narrow', name: 'model' },
          { colorScheme: 'dark', size: 'wide', name: 'model' },
          { colorScheme: 'light', size: 'wide', name: 'genetic' },
        ] as const)
      : []),
  ] as const
  it.each(looks)('has nothing that axe objects to: $colorScheme, $size, $name', async ({ colorScheme, size, name }) => {
    const { file } = { model, genetic }[name]
    const { page, close } = await openPage(browser(), `file://${file}`, { colorScheme, viewport: SIZES[size] })
    await page.locator('.detail h3').waitFor()
    await page.locator('.alternative summary').click()
    await page.locator('.alternative tbody tr').first().waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    await page.evaluate('scrollTo(0, 0)')
    await page.screenshot({ path: join(pictureFolder(), `${name}-${size}-${colorScheme}.png`), fullPage: whole })
    await close()
  })

  it('turns dark and light by its switch', async () => {
    const { page, close } = await openPage(browser(), `file://${genetic.file}`, { colorScheme: 'light' })
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.locator('.theme label', { hasText: 'dark' }).click()
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.reload()
    expect(await ground()).toBe(dark)
    await close()
  })

  it.skipIf(!whole)('opens a run of 5,000 attempts in under 2 seconds (runs with ANNEAL_TEST_ALL)', async () => {
    const folder = repository(TINY)
    const evaluate = { command: 'node score.mjs', metric: 'value', direction: 'maximize' }
    const run = longRun(folder, { goal: 'Make the value large.', edit: ['solve.mjs'], evaluate }, 5000)
    const { code, out, err } = await anneal(folder, ['report', '--json'])
    expect(code, err).toBe(0)
    const made = JSON.parse(out)
    expect(made).toMatchObject({ run, attempts: 5001 })
    expect(made.bytes).toBeLessThan(15e6)
    const times: number[] = []
    // The machine is shared with other tests: the best of some.
    while (times.length < 6 && Math.min(...times) > 2000) {
      const began = performance.now()
      const { page, said, close } = await openPage(browser(), `file://${made.file}`)
      await page.locator('.detail h3').waitFor()
      times.push(performance.now() - began)
      expect(said).toEqual([])
      await close()
    }
    expect(Math.min(...times)).toBeLessThan(2000)
    const { page, close } = await openPage(browser(), `file://${made.file}`)
    await page.getByLabel('Order').selectOption('newest first')
    await page.locator('.tree').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('.detail .kicker', { hasText: 'Attempt 4999' }).waitFor()
    expect(await page.locator('.entry').count()).toBeLessThan(100)
    await close()
  })
})
