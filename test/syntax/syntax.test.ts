import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitions } from '../../src/syntax/definitions.ts'
import { literals, writeNumber } from '../../src/syntax/literals.ts'
import { normalise } from '../../src/syntax/normalise.ts'
import { operators } from '../../src/syntax/operators.ts'
import { errors, parse } from '../../src/syntax/parse.ts'
import { statements } from '../../src/syntax/statements.ts'

const of = (path: string, text: string) => literals(parse(path, text))
const values = (path: string, text: string) => of(path, text).map(({ value }) => value)

describe('literals', () => {
  it.each([
    ['a.mjs', 'f(1e-3, 0x1f, 1_000, -2, 10n, "3", `4`) // 5', [1e-3, 31, 1000, -2, 10]],
    ['a.ts', 'const a: [1, 2] = [3, -0.5]; /* 9 */ const b = a - 4', [3, -0.5, 4]],
    ['a.py', 'x = -1.5e-3  # 4\ny = "7" + 2j + 1_000\nz = a[3]', [-1.5e-3, 1000, 3]],
    ['a.cpp', "#define N 10\nfloat a = 2.5f; long b = 10LL; char c = '4'; int d = 010; // 3", [10, 2.5, 10]],
    ['a.toml', 'rate = 1e-3 # 5\nname = "x 3"\nk = -4\nv2 = 7', [1e-3, -4, 7]],
  ])('reads the numbers of %s: %s', (path, text, expected) => {
    expect(values(path, text)).toEqual(expected)
  })

  it('tells records in a list apart from plain lists', () => {
    const [a, b, c, d] = of('a.mjs', 'const p = [[0.1, 0.2], [0.3, 0.4]]')
    expect([a?.group === b?.group, b?.group === c?.group, a?.list === d?.list]).toEqual([true, false, true])
    expect([a, b, c, d].map((one) => one?.column)).toEqual([0, 1, 0, 1])
    expect(of('a.py', 'p = [1, 2, 3]').map(({ group }) => group)).toEqual([null, null, null])
  })

  it('names a number by what it stands in, so that edits elsewhere leave the name', () => {
    const key = (text: string) => of('a.py', text).at(-1)?.key
    const body = 'def f():\n    rate = 0.5\n'
    expect(key(body)).toBe('a.py:f/rate#0')
    expect(key(`x = 3\ny = g(4)\n${body}`)).toBe(key(body))
  })

  it.each([
    ['a.mjs', 'x = a-0.5', -2, 'x = a-(-2.0)'],
    ['a.mjs', 'x = [0.5]', -2, 'x = [-2.0]'],
    ['a.py', 'return-0.5', 2, 'return 2.0'],
    ['a.c', 'float x = 2.5f;', 3, 'float x = 3.0f;'],
    ['a.c', 'long x = 10LL;', 12.4, 'long x = 12LL;'],
    ['a.mjs', 'x = 0x1f', 32, 'x = 0x20'],
  ])('writes numbers in the style of the old one: %s %s', (path, text, value, expected) => {
    const [literal] = of(path, text)
    if (!literal) throw new Error('no literal')
    const written = writeNumber(literal, value, text.slice(literal.from - 1, literal.from))
    expect(text.slice(0, literal.from) + written + text.slice(literal.to)).toBe(expected)
  })

  it('round-trips any number in any place', () => {
    const places = ['x = %', 'x = a-%', 'x = [%, 3]', 'f(%)', 'x = b * %']
    fc.assert(
      fc.property(
        fc.constantFrom('a.mjs', 'a.py', 'a.ts'),
        fc.constantFrom(...places),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
        (path, place, value) => {
          const text = place.replace('%', '0.125')
          const [literal] = of(path, text)
          if (!literal) throw new Error('no literal')
          const next = text.slice(0, literal.from) + writeNumber(literal, value) + text.slice(literal.to)
          expect(errors(parse(path, next))).toBe(0)
          expect(values(path, next)[0]).toBeCloseTo(Number(value.toPrecision(8)), 9)
        },
      ),
    )
  })
})

describe('statements', () => {
  it('finds what can be moved, with its depth, loop and function', () => {
    const text = 'import a\ndef f():\n    for i in x:\n        g(i)\n    return 1\nif a: b()\n'
    const found = statements(parse('a.py', text))
    expect(found.map(({ from, to, depth }) => [text.slice(from, to).split('\n')[0], depth])).toEqual([
      ['def f():', 0],
      ['for i in x:', 1],
      ['g(i)', 2],
      ['return 1', 1],
      ['if a: b()', 0],
    ])
    expect(found[2]).toMatchObject({ inLoop: true, inFunction: true, indent: '        ' })
  })

  it('falls back to lines', () => {
    expect(statements(parse('a.rs', 'let a = 1;\n\n  let b = 2;\n')).map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [14, 24],
    ])
  })
})

it('offers operators with what may stand in their place', () => {
  const found = operators(parse('a.py', 'x += 1 if a <= b and not c else -2'))
  expect(found.map(({ text, replacements }) => [text, replacements])).toEqual([
    ['+=', ['-=']],
    ['<=', ['<', '>', '>=']],
    ['and', ['or']],
  ])
})

it('lists definitions by name', () => {
  const names = (path: string, text: string) =>
    definitions(parse(path, text)).map(({ kind, name }) => `${kind} ${name}`)
  expect(names('a.ts', 'export const q = 1\nfunction f() { const inner = 2 }\nclass A { m() {} }')).toEqual([
    'variable q',
    'function f',
    'class A',
    'function m',
  ])
  expect(names('a.cpp', 'struct P { int x; };\nFoo f(int a) { return a; }\nint n = 1;')).toEqual([
    'class P',
    'function f',
    'variable n',
  ])
})

describe('normalise', () => {
  it('ignores comments and layout', () => {
    expect(normalise('a.mjs', '/* y */ const a=1 // x\n\nf( a )')).toBe(normalise('a.mjs', 'const a = 1\nf(a)'))
    expect(normalise('a.py', 'def f(a):\n    # c\n    return [a,\n      1]\n')).toBe(
      normalise('a.py', 'def f( a ):\n  return [a, 1]'),
    )
    expect(normalise('a.cpp', 'int a=1;// x\nint b;')).toBe(normalise('a.cpp', 'int a = 1;\n\n  int b;'))
  })

  it('keeps what matters', () => {
    expect(normalise('a.mjs', 'f("a  b")')).not.toBe(normalise('a.mjs', 'f("a b")'))
    expect(normalise('a.mjs', 'f(`a  b`)')).not.toBe(normalise('a.mjs', 'f(`a b`)'))
    const body = 'for i in x:\n    f()\n'
    expect(normalise('a.py', `${body}    g()`)).not.toBe(normalise('a.py', `${body}g()`))
    expect(normalise('a.mjs', 'function f() { return\n1 }')).not.toBe(normalise('a.mjs', 'function f() { return 1 }'))
  })

  it('is not moved by blank lines or comments between statements', () => {
    const lines = ['const a = 1', 'let b = a + 2', 'if (a < b) f(a)', 'for (const c of d) { g(c) }']
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('', '  ', '// note', '/* note */'), { minLength: 4, maxLength: 4 }),
        (fill) => {
          const noisy = lines.map((line, index) => `${fill[index]}\n${line}`).join('\n')
          expect(normalise('a.ts', noisy)).toBe(normalise('a.ts', lines.join('\n')))
        },
      ),
    )
  })

  it('never throws on damaged text', () => {
    fc.assert(
      fc.property(fc.constantFrom('a.ts', 'a.py', 'a.c', 'a.tsx', 'a.txt'), fc.string(), (path, text) => {
        normalise(path, text)
        for (const { from, to, text: literal } of of(path, text)) expect(text.slice(from, to)).toBe(literal)
      }),
    )
  })
})
