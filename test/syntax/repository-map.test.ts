import { describe, expect, it } from 'vitest'
import { outlineOf } from '../../src/syntax/outline.ts'
import { mapText, partsOf, rankFiles } from '../../src/syntax/repository-map.ts'

const FILES: Record<string, string> = {
  'src/server.ts':
    "import { route } from './router.ts'\n\nexport function serve(port: number) {\n  return route(port)\n}\n",
  'src/router.ts':
    "import { matchPath } from './paths.ts'\n\nexport function route(path: unknown) {\n  return matchPath(path)\n}\n",
  'src/paths.ts': 'export function matchPath(path: unknown) {\n  return String(path).split("/")\n}\n',
  'src/colours.ts':
    'export const palette = ["red", "green"]\n\nexport function mixColours(a: string) {\n  return palette.indexOf(a)\n}\n',
  'tools/release.py': 'def release_notes(version):\n    return version\n',
}
const outlines = Object.entries(FILES).map(([path, text]) => outlineOf(path, text))
const orderFor = (about: string) => rankFiles(outlines, about).map(({ outline }) => outline.path)

describe('an outline', () => {
  it('names what a file defines, with its lines', () => {
    expect(outlineOf('src/colours.ts', FILES['src/colours.ts'] ?? '').landmarks).toEqual([
      { name: 'palette', line: 1, to: 1, head: 'export const palette = ["red", "green"]' },
      { name: 'mixColours', line: 3, to: 5, head: 'export function mixColours(a: string) {' },
    ])
  })

  it.each([
    ['a.go', 'package a\n\nfunc (s *Server) Listen(port int) {\n}\n\ntype Server struct {\n}\n', ['Listen', 'Server']],
    ['a.rs', 'pub(crate) fn parse_all(x: u8) {}\n  pub struct Parser;\n', ['parse_all', 'Parser']],
    ['A.java', 'public final class Engine {\n}\n', ['Engine']],
  ])('finds the definitions of %s, which has no parser here', (path, text, names) => {
    expect(outlineOf(path, text).landmarks.map(({ name }) => name)).toEqual(names)
  })
})

describe('the order of files', () => {
  it('begins with what a text speaks of, followed by what that refers to', () => {
    expect(orderFor('Make the router faster').slice(0, 2)).toEqual(['src/router.ts', 'src/paths.ts'])
    expect(orderFor('Mix colours in another order')[0]).toBe('src/colours.ts')
    expect(orderFor('`release_notes` is slow')[0]).toBe('tools/release.py')
  })

  it('follows references where the words match the caller alone', () => {
    const order = orderFor('serve more requests on the port')
    expect(order.slice(0, 3)).toEqual(['src/server.ts', 'src/router.ts', 'src/paths.ts'])
  })

  it('is one where nothing matches, and there is one of nothing', () => {
    expect(orderFor('zzz').toSorted()).toEqual(Object.keys(FILES).toSorted())
    expect(rankFiles([], 'zzz')).toEqual([])
  })
})

describe('a map', () => {
  it('shows definitions by line, keeps within its room and says how much is left', () => {
    const ranked = rankFiles(outlines, 'router')
    expect(mapText(ranked, 10_000)).toContain('src/router.ts (5 lines)\n  3: export function route(path: unknown) {')
    const small = mapText(ranked, 120)
    expect(small.length).toBeLessThan(160)
    expect(small).toMatch(/\(and \d further files\)$/)
  })

  it('gives the parts of a file that matter most, whole', () => {
    const bodies = Array.from({ length: 200 }, (_, index) => `export function part${index}() {\n  return ${index}\n}\n`)
    const text = bodies.join('\n')
    const [ranked] = rankFiles([outlineOf('big.ts', text)], 'change part150')
    if (!ranked) throw new Error('nothing was ranked')
    const spans = partsOf(ranked, text, 1200)
    const lines = text.split('\n')
    const shown = spans.map(({ from, to }) => lines.slice(from - 1, to).join('\n'))
    expect(shown.join('\n')).toContain('function part150() {\n  return 150\n}')
    expect(shown.join('\n').length).toBeLessThan(1400)
  })
})
