import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '..')
const RUN = join(ROOT, 'bin', 'run.js')
const lines = (command: string, words: string[]) => execFileSync(command, words, { cwd: ROOT, encoding: 'utf8' })

test('the package holds what a user needs and nothing else', () => {
  const packed = lines('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'])
  const [first] = z.array(z.object({ files: z.array(z.object({ path: z.string() })) })).parse(JSON.parse(packed))
  const paths = first?.files.map(({ path }) => path) ?? []
  for (const file of [
    'bin/run.js',
    'bin/start.js',
    'dist/wire.js',
    'dist/help.json',
    'dist/reports/page/report.js',
    'dist/reports/page/page.css',
    'oclif.manifest.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
  ])
    expect(paths, file).toContain(file)
  for (const folder of ['knowledge/', 'templates/starters/', 'templates/prompts/', 'dist/commands/'])
    expect(
      paths.some((path) => path.startsWith(folder)),
      folder,
    ).toBe(true)
  expect(paths.filter((path) => /^(test|src|scripts|node_modules|\.ci|\.anneal|\.build)/.test(path))).toEqual([])
})

test('no tracked file names the machine that it was written on or a package registry', () => {
  // Put together here, so that this file does not hold them.
  const forbidden = [
    ['', 'work', 'main'].join('/'),
    ['', 'work', 'shared'].join('/'),
    `registry.${'npmjs'}`,
    `registry.${'yarnpkg'}`,
    `npm.pkg.${'github'}`,
  ]
  const tracked = lines('git', ['ls-files', '-z']).split('\0').filter(Boolean)
  const named = tracked.flatMap((file) => {
    const text = readOr(file)
    return forbidden.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`)
  })
  expect(named).toEqual([])
})

test.for([['--help'], ['--version'], ['run', '--help'], ['init', '--help']])(
  'the text rendered at build time is what oclif prints: %s',
  (words) => {
    const plain = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
    const quick = execFileSync(process.execPath, [RUN, ...words], { encoding: 'utf8', env: plain })
    const asked = execFileSync(process.execPath, [RUN, ...words], {
      encoding: 'utf8',
      env: { ...plain, NO_COLOR: undefined, FORCE_COLOR: '0' },
    })
    expect(quick).toBe(asked)
    expect(quick).toContain(words[0] === '--version' ? 'anneal/' : 'USAGE')
  },
)

/** The text of a tracked file; empty where it was deleted and not yet committed. */
function readOr(file: string): string {
  try {
    return readFileSync(join(ROOT, file), 'utf8')
  } catch {
    return ''
  }
}
