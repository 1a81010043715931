import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Knowledge, openKnowledge } from '../../src/knowledge/knowledge.ts'
import { seeded } from '../../src/records/random.ts'
import { type Row, table } from './table.ts'

const HITS = 10
const WHOLE = 1_000_000

const pageText = (slug: string, title: string, body: string, links = '') =>
  `---\nid: heuristic/${slug}\ntype: heuristic\ntitle: ${JSON.stringify(title)}\n${links}---\n\n${body}\n`

/** Retrieval on Cranfield and its speed on a large store; Cranfield is left out, with a word, where `folder` is not given. */
export async function retrieval(folder = process.env.ANNEAL_CRANFIELD, chunks = 100_000): Promise<Row[]> {
  return [...(await quality(folder)), ...(await speed(chunks))]
}

/** nDCG@10 on the Cranfield collection, binary relevance: grades above 0 are relevant. */
async function quality(folder: string | undefined): Promise<Row[]> {
  if (folder === undefined || !existsSync(join(folder, 'cran.all.1400')))
    return [{ what: 'Cranfield, nDCG@10', figure: 'skipped', aim: 'ANNEAL_CRANFIELD=DIR names its folder' }]
  const text = (name: string) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
  const documents = recordsOf(text('cran.all.1400'))
  const queries = recordsOf(text('cran.qry'))
  const relevant = new Map<string, Set<string>>()
  for (const line of text('QRelsCorrectedforTRECeval').split('\n')) {
    const [query = '', , document = '', grade = '0'] = line.trim().split(/\s+/)
    if (Number(grade) > 0) relevant.set(query, (relevant.get(query) ?? new Set()).add(document))
  }
  const home = mkdtempSync(join(tmpdir(), 'anneal-cranfield-'))
  mkdirSync(join(home, 'pages'))
  for (const [index, { T = '', W = '' }] of documents.entries())
    writeFileSync(
      join(home, 'pages', `${index + 1}.md`),
      pageText(String(index + 1), oneLine(T) || 'untitled', W.trim()),
    )
  const built = performance.now()
  const knowledge = await openKnowledge({ pages: [join(home, 'pages')], folder: join(home, 'store') })
  const seconds = (performance.now() - built) / 1000
  let sum = 0
  for (const [index, { W = '' }] of queries.entries()) {
    const found = await knowledge.search({ text: oneLine(W), tokens: WHOLE, limit: HITS })
    sum += ndcg(
      found.map(({ page }) => page.id.replace('heuristic/', '')),
      relevant.get(String(index + 1)) ?? new Set(),
    )
  }
  rmSync(home, { recursive: true })
  return [
    {
      what: 'Cranfield, nDCG@10',
      figure: (sum / queries.length).toFixed(4),
      aim: 'at least 0.52 (BM25 0.4995, stemmed 0.5155)',
    },
    { what: 'Cranfield, store built (1,400 pages)', figure: `${seconds.toFixed(1)} s`, aim: '' },
  ]
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

/** The records of a file in the form of the SMART collections: `.I` starts one, `.X` a field. */
function recordsOf(text: string): Record<string, string>[] {
  return text
    .split(/^\.I .*\n/m)
    .slice(1)
    .map((record) => {
      const fields = record.split(/^\.([A-Z])[ \t]*\n/m).slice(1)
      return Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])))
    })
}

function ndcg(found: readonly string[], relevant: ReadonlySet<string>): number {
  const gain = (place: number) => 1 / Math.log2(place + 2)
  const ideal = Array.from({ length: Math.min(HITS, relevant.size) }, (_, place) => gain(place)).reduce(
    (a, b) => a + b,
    0,
  )
  if (ideal === 0) return 0
  return found.slice(0, HITS).reduce((sum, id, place) => sum + (relevant.has(id) ? gain(place) : 0), 0) / ideal
}

/** Opening a large store and asking it, over made-up pages of ten chunks each on 200 subjects. Words follow Zipf's law from rank 20 on: stop words come before. */
async function speed(chunks: number): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'anneal-speed-'))
  const pages = join(home, 'pages')
  const random = seeded(1)
  const upTo = (most: number) => Math.floor(random() * most)
  const zipf = (least: number, most: number) => Math.floor(least * (most / least) ** random())
  const subjects = 200
  const sentence = (subject: number, length: number) =>
    Array.from({ length }, () => (random() < 0.3 ? `topic${subject}x${zipf(1, 300)}` : `word${zipf(20, 30_000)}`)).join(
      ' ',
    )
  const each = 10
  for (let page = 0; page < chunks / each; page++) {
    const subject = page % subjects
    if (page < subjects) mkdirSync(join(pages, String(subject)), { recursive: true })
    const body = Array.from(
      { length: each },
      () => `## ${sentence(subject, 4)}\n\n${sentence(subject, 120)}\n\n${' '.repeat(600)}\n`,
    )
    writeFileSync(
      join(pages, String(subject), `${page}.md`),
      pageText(`p${page}`, sentence(subject, 5), body.join('\n')),
    )
  }
  const parts = { pages: [pages], folder: join(home, 'store') }
  const timed = async <T>(job: () => Promise<T>): Promise<[T, number]> => {
    const began = performance.now()
    return [await job(), performance.now() - began]
  }
  const [, building] = await timed(() => openKnowledge(parts))
  const opened = await timed(() => openKnowledge(parts))
  const ask = (knowledge: Knowledge) => knowledge.search({ text: sentence(upTo(subjects), 12), tokens: 2000 })
  const [, first] = await timed(() => ask(opened[0]))
  const times: number[] = []
  for (let turn = 0; turn < 100; turn++) times.push((await timed(() => ask(opened[0])))[1])
  times.sort((a, b) => a - b)
  writeFileSync(join(pages, 'changed'), pageText('p0', 'a changed page', sentence(0, 100)))
  renameSync(join(pages, 'changed'), join(pages, '0', '0.md'))
  const [, changed] = await timed(() => openKnowledge(parts))
  rmSync(home, { recursive: true })
  const size = chunks.toLocaleString('en')
  return [
    { what: `${size} chunks, built`, figure: `${(building / 1000).toFixed(1)} s`, aim: '' },
    { what: `${size} chunks, opened again`, figure: `${opened[1].toFixed(0)} ms`, aim: 'under 300 ms' },
    { what: `${size} chunks, first question`, figure: `${first.toFixed(0)} ms`, aim: '' },
    {
      what: `${size} chunks, a question, median of 100`,
      figure: `${(times[50] ?? 0).toFixed(1)} ms`,
      aim: 'under 30 ms',
    },
    { what: `${size} chunks, one page changed`, figure: `${(changed / 1000).toFixed(1)} s`, aim: '' },
  ]
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { cranfield: { type: 'string' }, chunks: { type: 'string' } } })
  console.log(
    table(await retrieval(values.cranfield ?? process.env.ANNEAL_CRANFIELD, Number(values.chunks ?? 100_000))),
  )
}
