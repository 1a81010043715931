import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { openEngine } from '../git/engine.ts'
import { readHistory } from '../journal/journal.ts'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { EXCERPT_CHARACTERS, excerpt } from '../records/excerpt.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { leaderOf } from '../reports/documents.ts'
import { pageData } from '../reports/page/data.ts'
import { boundedTrace, byInterest, detailOf } from '../reports/page/detail.ts'
import { historyOf } from '../reports/page/history.ts'
import { pack } from '../reports/page/pack.ts'
import { type PageAssets, page } from '../reports/page/page.ts'
import type { Call, Left, Packed, PageData } from '../reports/page/shape.ts'
import { statusText } from '../reports/plain.ts'
import { diffOf, findAttempt, findRun, type Project, SHIPPED } from '../wiring/project.ts'
import { isAtWork } from './steer.ts'

/** Characters of a real diff between two attempts. */
const DIFF = 60_000
/** Bytes of one log at most; the runner keeps them below this. */
const LARGEST = 16 * 2 ** 20

/** One run as a report shows it, with its attempts one by one. */
export type Shown = { run: Run; data: PageData; details: Packed }

/** Reads a run with what its attempts left on the disk, as far as a report has room for it. `made` dates it (ISO 8601). */
export async function showRun(project: Project, name: string | undefined, made: string): Promise<Shown> {
  const { run, folder } = await findRun(project, name)
  const { lines } = await readHistory(folder)
  const names: Record<string, string> = {}
  const { packed, leftOut } = await pack(byInterest(run), async (number, whole) => {
    const left = whole ? await readLeft(folder, number) : null
    Object.assign(names, left?.names)
    return detailOf(run, findAttempt(run, number), left)
  })
  const alive = await isAtWork(folder)
  const parts = { run, history: historyOf(lines), made, by: await versionOf(), alive, names, leftOut }
  return { run, data: pageData({ ...parts, compared: await realDiffs(project, folder, run) }), details: packed }
}

/** The report as one HTML document. Throws where the page was not built. */
export async function reportPage({ run, data, details }: Shown): Promise<string> {
  return page({
    title: `${run.run} · Anneal`,
    assets: await readAssets('report'),
    embedded: { data, details },
    plain: statusText(run),
  })
}

/** The built code of a page (`report`, or another that is built beside it) and the style of all with its own. */
export async function readAssets(script: string): Promise<PageAssets> {
  try {
    const [code, style, own] = await Promise.all([
      readFile(join(SHIPPED.page, `${script}.js`), 'utf8'),
      readFile(join(SHIPPED.page, 'page.css'), 'utf8'),
      script === 'report' ? '' : readFile(join(SHIPPED.page, `${script}.css`), 'utf8'),
    ])
    return { script: code, style: style + own }
  } catch (cause) {
    throw new AnnealError({
      what: 'The page of the report is not there.',
      why: messageOf(cause),
      fix: 'Install Anneal anew; in a checkout of its source, run `npm run build`.',
      exit: EXIT.fault,
      cause,
    })
  }
}

/** Writes a file whole or not at all. */
export async function writeReport(file: string, text: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(aside, text)
    await rename(aside, file)
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined)
    throw new AnnealError({
      what: `The report could not be written to ${file}.`,
      why: messageOf(cause),
      fix: 'Name another file with --out.',
      exit: (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? EXIT.disk : EXIT.request,
      cause,
    })
  }
}

/** What an attempt left in a run's folder: logs and calls, cut to what a page can hold, and the names of the pages and lessons that it was told. */
export async function readLeft(runFolder: string, attempt: number): Promise<Left> {
  const folder = join(runFolder, 'attempts', String(attempt))
  const files = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile())
  const logs = await Promise.all(
    files
      .map(({ name }) => name)
      .filter((name) => /\.(log|txt|md)$/.test(name))
      .toSorted()
      .map(async (name) => ({
        name,
        text: excerpt((await readText(join(folder, name))) ?? '', 3 * EXCERPT_CHARACTERS),
      })),
  )
  const calls = await readCalls(folder)
  return {
    trace: boundedTrace({ logs: logs.filter(({ text }) => text !== ''), calls }),
    names: await readNames(runFolder, attempt),
  }
}

/** The names of the pages and lessons that an attempt was told. */
export async function readNames(runFolder: string, attempt: number): Promise<Record<string, string>> {
  const folder = join(runFolder, 'attempts', String(attempt))
  const recalled = Recalled.safeParse(parsed((await readText(join(folder, 'recalled.json'))) ?? ''))
  return recalled.success
    ? Object.fromEntries([
        ...recalled.data.pages.map(({ id, title }) => [id, title] as const),
        ...recalled.data.lessons.map(({ id, when, advice }) => [id, excerpt(`${when}: ${advice}`, 600)] as const),
      ])
    : {}
}

async function readCalls(folder: string): Promise<Call[]> {
  const names = (await readdir(join(folder, 'calls')).catch(() => [])).filter((name) => name.endsWith('.json'))
  const read = await Promise.all(
    names.map(async (name) => KeptCall.safeParse(parsed((await readText(join(folder, 'calls', name))) ?? '')).data),
  )
  return read
    .flatMap((one) => one ?? [])
    .toSorted((a, b) => a.order - b.order)
    .map(({ purpose, system, prompt, reply }) => ({ purpose, system, prompt, reply }))
}

const KeptCall = z.object({
  purpose: z.string(),
  system: z.string(),
  prompt: z.string(),
  reply: z.string(),
  order: z.number(),
})
const Recalled = z.object({
  pages: z.array(z.object({ id: z.string(), title: z.string() })),
  lessons: z.array(z.object({ id: z.string(), when: z.string(), advice: z.string() })),
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The text of a plain file; null where there is none, or one that no step of Anneal writes. */
async function readText(file: string): Promise<string | null> {
  const facts = await stat(file).catch(() => null)
  if (!facts?.isFile() || facts.size > LARGEST) return null
  const handle = await open(file, 'r').catch(() => null)
  if (!handle) return null
  try {
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** The best attempt against the base, and against those that it was judged beside. */
async function realDiffs(project: Project, folder: string, run: Run): Promise<PageData['compared']> {
  const best = leaderOf(run)?.attempt
  if (!best || best.attempt === 0 || best.commit === null) return []
  const whole = await diffOf(project, folder, run, best)
  const holder = attemptOf(run, run.confirmations.find(({ attempt }) => attempt === best.attempt)?.holder)
  const compared = [{ from: 0, to: best.attempt, diff: excerpt(whole, DIFF) }]
  if (!holder?.commit || holder.attempt === 0 || holder.attempt === best.parents[0]) return compared
  const engine = await openEngine(project.repository, join(folder, 'git'))
  return [
    ...compared,
    { from: holder.attempt, to: best.attempt, diff: await engine.diff(holder.commit, best.commit, DIFF) },
  ]
}

/** The version of this Anneal. */
export async function versionOf(): Promise<string> {
  const text = await readFile(SHIPPED.manifest, 'utf8').catch(() => '{}')
  return z.object({ version: z.string() }).safeParse(parsed(text)).data?.version ?? ''
}

/** Opens a file in the person's browser, and does not wait for it. `tell` hears where there is none. */
export function openInBrowser(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  tell: (problem: string) => void,
): void {
  const usual = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
  const browser = environment.BROWSER || usual
  const child = spawn(browser, [file], { detached: true, stdio: 'ignore' })
  child.on('error', () => tell(`No browser could be started with ${browser}: open the file yourself, or set BROWSER.`))
  child.unref()
}

/**
 * Opens an address that holds a secret in the person's browser: by way of a file that only they can read, since other users of the machine see the words that a program is
 * started with. Gives a function that removes the file, which also goes by itself once the browser has had time to read it.
 */
export async function openAddress(
  url: string,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  tell: (problem: string) => void,
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `open-${randomBytes(4).toString('hex')}.html`)
  const text = `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${url}"><title>Anneal</title>`
  await writeFile(file, text, { mode: 0o600, flag: 'wx' })
  openInBrowser(file, environment, tell)
  const remove = () => rm(file, { force: true })
  setTimeout(remove, 20_000).unref()
  return remove
}
