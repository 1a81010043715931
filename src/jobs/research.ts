import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { excludeFolder } from '../git/repository.ts'
import { pageText } from '../knowledge/pages.ts'
import { type Models, openModels } from '../models/models.ts'
import { readPrices } from '../models/prices.ts'
import { openPrompts, type Prompts } from '../models/prompts.ts'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { Finding, type Research, type ResearchDepth, type ResearchMode } from '../records/research.ts'
import type { ModelChoice } from '../records/task.ts'
import { researchText } from '../reports/research-text.ts'
import { openProject, SHIPPED } from '../wiring/project.ts'

export type Inquiry = {
  query: string
  mode: ResearchMode
  depth: ResearchDepth
  model: ModelChoice
  signal: AbortSignal
  /** Hears, in words, how far it has come. */
  say(text: string): void
}

const Found = z.object({ summary: z.string(), findings: z.array(Finding), open: z.array(z.string()) })
type Found = z.infer<typeof Found>
type Source = Research['sources'][number]
type Round = Found & { searches: number; sources: Source[] }

/** How much of the web each depth reads: what a search shows the model, findings of one round, further rounds after the first, and seconds for one. */
const DEPTHS = {
  light: { web: 'low', findings: 6, further: 0, seconds: 600 },
  deep: { web: 'high', findings: 10, further: 3, seconds: 1800 },
} as const

/**
 * Researches a question through the web search of the model's server. A finding counts only as far as it names pages that the server's own search led to.
 * Throws an AnnealError where the server has no search or did not use it.
 */
export async function research(inquiry: Inquiry): Promise<Research> {
  const { query, mode, depth, say } = inquiry
  const spent: Research['spent'] = { tokens: 0, usd: 0 }
  const prompts = openPrompts(SHIPPED.prompts)
  const models = openModels({
    environment: process.env,
    queue: '',
    prices: await readPrices(SHIPPED.prices),
    record: () => ({ load: async () => null, save: async () => undefined }),
    reserve: async () => 'research',
    onUsage: async (_, __, usage) => {
      spent.tokens += usage.input + usage.output
      spent.usd = spent.usd === null || usage.usd === null ? null : spent.usd + usage.usd
    },
  })
  say(`researching: ${query}`)
  const first = await ask(models, prompts, inquiry, query, [])
  const rounds = [first]
  for (const question of first.open.slice(0, DEPTHS[depth].further)) {
    say(`researching: ${question}`)
    rounds.push(await ask(models, prompts, inquiry, `${question}\n\nIt came up with: ${query}`, titlesOf(rounds)))
  }
  const consulted = new Map(rounds.flatMap(({ sources }) => sources).map((one) => [addressOf(one.url), one]))
  for (const { sources } of rounds)
    for (const one of sources) if (one.title !== '') consulted.set(addressOf(one.url), one)
  const told = distinct(rounds.flatMap(({ findings }) => findings))
  const founded = told.flatMap((finding) => {
    const sources = finding.sources.flatMap((url) => consulted.get(addressOf(url))?.url ?? [])
    return sources.length > 0 ? [{ ...finding, sources: [...new Set(sources)] }] : []
  })
  const cited = new Set(founded.flatMap(({ sources }) => sources))
  return {
    ...{ query, mode, depth, spent },
    summary: rounds.map(({ summary }) => summary.trim()).join('\n\n'),
    findings: founded,
    sources: [...consulted.values()].filter(({ url }) => cited.has(url)),
    searches: rounds.reduce((sum, one) => sum + one.searches, 0),
    unfounded: told.length - founded.length,
  }
}

async function ask(
  models: Models,
  prompts: Prompts,
  { mode, depth, model, signal }: Inquiry,
  query: string,
  known: readonly string[],
): Promise<Round> {
  const { web, findings, seconds } = DEPTHS[depth]
  const reply = await models
    .ask({
      attempt: 0,
      purpose: 'research',
      system: prompts('research-system'),
      prompt: prompts('research', {
        query,
        wanted: prompts(`research-${mode}`).trim(),
        most: String(findings),
        known: known.length > 0 ? `Known already, and not to be repeated: ${known.join('; ')}.` : '',
      }),
      schema: { name: 'research', schema: Found },
      model: { ...model, api: 'responses' },
      web,
      signal,
      deadline: model.timeout ?? seconds,
    })
    .catch((fault: unknown) => {
      if (signal.aborted) throw stopped()
      throw fault
    })
  if (!reply.ok) throw reply.noWeb ? noSearch(model.name, reply.reason) : failure(reply.reason)
  const { searches, sources } = reply.web
  if (searches === 0 && sources.length === 0)
    throw noSearch(model.name, 'it answered without a search, and from memory it may say anything')
  return { ...Found.parse(reply.value), searches, sources }
}

const noSearch = (model: string, why: string) =>
  new AnnealError({
    what: `The server of ${model} searched nothing.`,
    why,
    fix: 'Research needs the web search tool of the Responses API: ask a server and model that have it (OPENAI_BASE_URL, --model), or learn pages yourself: `anneal learn ADDRESS`.',
    exit: EXIT.unavailable,
  })

const stopped = () =>
  new AnnealError({ what: 'The research was stopped.', why: 'Nothing is kept of it.', fix: 'Ask again.', exit: 130 })

const failure = (why: string) =>
  new AnnealError({ what: 'The research came to nothing.', why, fix: 'Try again.', exit: EXIT.unavailable })

const titlesOf = (rounds: readonly Round[]) => rounds.flatMap(({ findings }) => findings.map(({ title }) => title))

/** The same page under one address: without its place, what was added to follow the reader, and a last stroke. */
function addressOf(url: string): string {
  try {
    const { protocol, host, pathname, searchParams } = new URL(url)
    for (const name of [...searchParams.keys()]) if (/^(utm_|ref$|source$)/.test(name)) searchParams.delete(name)
    const search = searchParams.toString()
    return /^https?:$/.test(protocol) ? `${host}${pathname.replace(/\/$/, '')}${search ? `?${search}` : ''}` : ''
  } catch {
    return ''
  }
}

function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ title }) => {
    const key = title.toLowerCase().replace(/[^a-z0-9]+/g, ' ')
    return !seen.has(key) && seen.add(key)
  })
}

/** Where a research of a project is kept: a Markdown file for people and runs, and beside it a folder of pages for `learn`. */
export async function keepResearch(
  folder: string,
  found: Research,
  file: string | undefined,
): Promise<{ file: string; pages: string }> {
  const { home, repository } = await openProject(folder)
  await excludeFolder(repository)
  const name = `${slugOf(found.query)}-${digest([found.query, found.mode])}`
  const pages = join(home, 'research', name)
  const text = file ?? `${pages}.md`
  await mkdir(dirname(text), { recursive: true })
  await writeFile(text, researchText(found))
  await rm(pages, { recursive: true, force: true })
  await mkdir(pages, { recursive: true })
  for (const { type, title, text: body, sources } of found.findings) {
    const id = `${type}/${slugOf(title)}`
    const page = { id, type, title, domains: [], sources, links: [], provenance: [], body }
    await writeFile(join(pages, `${id.replace('/', '-')}.md`), pageText(page))
  }
  return { file: text, pages }
}

/** Bytes of a file that a run is given. */
const LARGEST = 200_000

/** What research found, out of the files that it made. Throws where one cannot be read. */
export async function readResearch(files: readonly string[]): Promise<string> {
  const texts = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file).catch((cause: unknown) => messageOf(cause))
      if (typeof bytes !== 'string' && bytes.length <= LARGEST && !bytes.includes(0))
        return bytes.toString('utf8').trim()
      throw new AnnealError({
        what: `--research: ${file} cannot be read.`,
        why: typeof bytes === 'string' ? bytes : `It is no text of at most ${LARGEST} bytes.`,
        fix: 'Name a file that `anneal research` made, or another text.',
      })
    }),
  )
  return texts.join('\n\n')
}

const slugOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '') || 'research'

const digest = (facts: readonly string[]) =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 8)
