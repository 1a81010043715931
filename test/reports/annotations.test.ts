import { expect, test } from 'vitest'
import { annotationsText } from '../../src/reports/annotations.ts'
import { safe } from '../../src/reports/plain.ts'

test('what an annotation quotes ends no command and begins none', () => {
  const nasty = '100% \r\n::set-output name=a::b\n  ::error::c\u2028::add-mask::d, e: f ##[error]g'
  const text = annotationsText([
    { level: 'error', title: nasty, text: nasty },
    { level: 'notice', title: 'Anneal', text: 'well' },
  ])
  const lines = text.split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^::error title=100%25[^,:]*::100%25 /)
  expect(lines[0]).not.toContain('##[')
  expect(lines[1]).toBe('::notice title=Anneal::well')
})

test('no line of text of any origin is a command to GitHub', () => {
  for (const text of [
    '::error::a',
    ' ::error::a',
    '\t::error::a',
    'x\n\n ::error::a',
    'x ##[error]a',
    '\r::error::a',
    '\v::error::a',
  ])
    for (const line of safe(text).split('\n')) {
      expect(line.trimStart().startsWith('::'), JSON.stringify(text)).toBe(false)
      expect(line, JSON.stringify(text)).not.toContain('##[')
    }
  expect(safe('std::vector')).toBe('std::vector')
})
