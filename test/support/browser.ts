import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Without a sandbox of its own, which needs rights that containers lack; without a GPU, QUIC and everything that would ask the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const

/** Why no browser can be started here; null where one can. */
export function lackingBrowser(): string | null {
  return CHROMIUM.some(existsSync) ? null : 'needs Chromium: apt-get install chromium'
}

/** A group of tests with a Chromium of their own. Skipped with the reason where there is none; under CI, where all tests run, that is a failure. */
export function withBrowser(name: string, body: (browser: () => Browser) => void): void {
  const reason = lackingBrowser()
  if (reason !== null && process.env.ANNEAL_TEST_ALL && process.env.CI === 'true')
    return void test(`${name} (${reason})`, () => {
      throw new Error(reason)
    })
  if (reason !== null) return void describe.skip(`${name} (skipped: ${reason})`, () => body(() => never()))
  describe(name, { timeout: 120_000 }, () => {
    let browser: Browser | null = null
    beforeAll(async () => {
      browser = await startBrowser()
    }, 60_000)
    afterAll(() => browser?.close())
    body(() => browser ?? never())
  })
}

function never(): never {
  throw new Error('no browser runs')
}

/** Starts Chromium; `close` ends it. */
export function startBrowser(): Promise<Browser> {
  const executablePath = CHROMIUM.find(existsSync)
  if (executablePath === undefined) throw new Error('there is no Chromium')
  return chromium.launch({ executablePath, args: FLAGS })
}

/** What a page said and asked while it was open. */
export type Seen = { page: Page; said: string[]; asked: string[]; close(): Promise<void> }

/** Opens an address in a context of its own, and writes down errors of the console and every request. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Seen> {
  const context = await browser.newContext({ viewport: SIZES.wide, ...options })
  const page = await context.newPage()
  const [said, asked]: [string[], string[]] = [[], []]
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text())
  })
  page.on('pageerror', (fault) => said.push(String(fault)))
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(url)
  return { page, said, asked, close: () => context.close() }
}

type Violation = { id: string; help: string; nodes: string[] }

/** What axe-core objects to, each with the elements that it means. Run beside the page's own policy: axe is no part of the page. */
export async function accessibilityFaults(page: Page): Promise<Violation[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  // Evaluated rather than added as a script: the page's policy allows no script but its own.
  await page.evaluate(readFileSync(axe, 'utf8'))
  return page.evaluate(async () => {
    type Found = { violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<Found> } }
    const { violations } = await axe.run()
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`).slice(0, 5),
    }))
  })
}

/** A folder for pictures that a person looks at; `ANNEAL_TEST_PICTURES` names one that stays. */
export function pictureFolder(): string {
  const named = process.env.ANNEAL_TEST_PICTURES
  if (named === undefined) return mkdtempSync(join(tmpdir(), 'anneal-pictures-'))
  mkdirSync(named, { recursive: true })
  return named
}
