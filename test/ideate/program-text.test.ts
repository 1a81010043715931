import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../src/git/engine.ts'
import { openRepository } from '../../src/git/repository.ts'
import { openProgramText } from '../../src/ideate/program-text.ts'
import { Task } from '../../src/records/task.ts'
import { boundsOf } from '../../src/task/bounds.ts'
import { repository } from '../support/cli.ts'

const LIMIT = 80_000

async function textOver(files: Record<string, string>, hidden: string[] = []) {
  const root = repository(files)
  const user = await openRepository(root)
  const engine = await openEngine(user, join(mkdtempSync(join(tmpdir(), 'anneal-engine-')), 'git'))
  const task = Task.parse({
    goal: 'g',
    edit: ['src/**'],
    evaluate: { command: 'true', metric: 'm', direction: 'maximize', hidden },
  })
  const program = openProgramText({ engine, bounds: boundsOf(task, Object.keys(files)) })
  return (about: string, limit = LIMIT) => program(user.head, limit, about)
}

/** Many modules that look alike, each with a name of its own; one calls what another defines. */
function large(): Record<string, string> {
  const filler = (index: number) =>
    Array.from({ length: 30 }, (_, line) => `  total += step${index}(${line}) * ${index + line}`).join('\n')
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [
      `src/module${index}.js`,
      `export function step${index}(x) {\n  let total = x\n${filler(index)}\n  return total\n}\n`,
    ]),
  )
  return {
    ...files,
    'src/quadtree.js': 'export function nearestNeighbour(tree, point) {\n  return tree.scan(point)\n}\n',
    'src/plan.js':
      "import { nearestNeighbour } from './quadtree.js'\nexport const planRoute = (all) => nearestNeighbour(all, 0)\n",
    'bench.mjs': "import { planRoute } from './src/plan.js'\nplanRoute([])\n",
    'answers.json': '{"nearestNeighbour": "the secret"}',
  }
}

describe('the text of a program', () => {
  it('is all that may be changed, whole, where that fits', async () => {
    const text = await textOver({ 'src/a.js': 'const a = 1\n', 'src/b.js': 'const b = 2\n', 'other.js': 'no\n' })
    expect(await text('anything')).toBe(
      'src/a.js\n<<<DATA\nconst a = 1\n\nDATA>>>\n\nsrc/b.js\n<<<DATA\nconst b = 2\n\nDATA>>>',
    )
  })

  it('is a map and what is most relevant where it does not fit, within its room', async () => {
    const files = large()
    const text = await textOver(files, ['answers.json'])
    const begun = performance.now()
    const shown = await text('Make the planning of the route faster')
    const first = performance.now() - begun
    expect(Object.values(files).join('').length).toBeGreaterThan(3 * LIMIT)
    expect(shown.length).toBeLessThan(LIMIT * 1.15)
    const [map = ''] = shown.split('DATA>>>')
    expect(map.indexOf('src/plan.js')).toBeGreaterThan(0)
    expect(map).toContain('src/quadtree.js')
    expect(map).toContain('bench.mjs (2 lines, may not be changed)')
    expect(shown).toContain('src/quadtree.js\n<<<DATA\nexport function nearestNeighbour')
    expect(shown).not.toContain('answers.json')
    const again = performance.now()
    await text('Make step17 faster')
    expect(performance.now() - again).toBeLessThan(Math.max(first, 1000))
  })

  it('shows of a large file the part that the step is about', async () => {
    const functions = Array.from(
      { length: 3000 },
      (_, index) => `export function rule${index}(x) {\n  return x + ${index}\n}\n`,
    )
    const text = await textOver({ 'src/rules.js': functions.join('\n') })
    const shown = await text('rule2345 returns too much')
    expect(shown).toContain('function rule2345(x) {\n  return x + 2345\n}')
    expect(shown.length).toBeLessThan(LIMIT * 1.15)
  })
})
