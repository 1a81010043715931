import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { anneal, git, repository, TINY } from '../support/cli.ts'
import type { Row } from './table.ts'

const FILES = 2000
/** Folders of this project's own packages, whose files are real code and documents. */
const PACKAGES = join(import.meta.dirname, '..', '..', 'node_modules')
const KINDS = /\.(md|ts|js|mjs|py|c|cpp|h|html)$/

/** A repository of real files: what the installed packages hold, up to 2,000 files of 1 to 100 kB. */
function largeRepository(): { folder: string; megabytes: number } {
  const files: Record<string, string> = {}
  let bytes = 0
  for (const { path, text } of textsUnder(PACKAGES)) {
    if (Object.keys(files).length === FILES) break
    files[`files/${path.replaceAll('node_modules', 'packages')}`] = text
    bytes += text.length
  }
  return { folder: repository(files), megabytes: bytes / 1e6 }
}

function* textsUnder(root: string) {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => KINDS.test(path) && !/\.min\.|\.d\.[cm]?ts$|\/\./.test(path),
  )
  for (const path of entries.toSorted()) {
    const facts = statSync(join(root, path), { throwIfNoEntry: false })
    if (facts?.isFile() && facts.size > 1000 && facts.size < 100_000)
      yield { path, text: readFileSync(join(root, path), 'utf8') }
  }
}

/** How long it takes to learn a repository, to learn it again, and after a change of one file; without a model. */
export async function learnRepository(): Promise<Row[]> {
  const { folder: source, megabytes } = largeRepository()
  const project = repository(TINY)
  const seconds = async () => {
    const begun = performance.now()
    const { code, out, err } = await anneal(project, ['learn', source, '--json'])
    if (code !== 0) throw new Error(err)
    const [learned] = JSON.parse(out).sources
    return { time: (performance.now() - begun) / 1000, learned }
  }
  const first = await seconds()
  const again = await seconds()
  const changed = join(source, 'files', 'new.md')
  mkdirSync(dirname(changed), { recursive: true })
  writeFileSync(changed, `# New\n\n${Array.from({ length: 100 }, (_, index) => `word${index}`).join(' ')}\n`)
  git(source, 'add', '-A')
  git(source, 'commit', '-qm', 'one more')
  const more = await seconds()
  const figure = ({ time, learned }: Awaited<ReturnType<typeof seconds>>) =>
    `${time.toFixed(1)} s, ${learned.added.length} pages`
  return [
    {
      what: `a repository of ${first.learned.files.read} files, ${megabytes.toFixed(0)} MB`,
      figure: figure(first),
      aim: 'under 60 s',
    },
    { what: 'the same again', figure: figure(again), aim: '' },
    { what: 'with one file more', figure: figure(more), aim: '' },
  ]
}
