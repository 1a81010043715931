import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { RunEvent } from '../src/records/event.ts'

const ROOT = join(import.meta.dirname, '..')
const DOCS = join(ROOT, 'docs')

it('what is made from the code is up to date: the reference and the drawing of the architecture', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'document.mjs'), '--check'], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const drawn = readFileSync(join(DOCS, 'architecture.md'), 'utf8')
  expect(drawn).toContain('  wiring --> loop\n')
  expect(drawn).toContain('  edit -.-> git\n')
})

it('the page of the library names every event', () => {
  const page = readFileSync(join(DOCS, 'library.md'), 'utf8')
  const types = RunEvent.options.map(({ shape }) => [...shape.type.values][0])
  expect(types.length).toBeGreaterThan(5)
  expect(types.filter((type) => !page.includes(`| \`${type}\``))).toEqual([])
})

it('every link between the pages leads to a file', () => {
  const pages = [
    join(ROOT, 'README.md'),
    ...readdirSync(DOCS)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(DOCS, name)),
  ]
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  )
  expect(broken).toEqual([])
})
