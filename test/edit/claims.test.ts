import { describe, expect, it } from 'vitest'
import { standing } from '../../src/edit/claims.ts'
import { type Claim, Claims, claimsText } from '../../src/records/claim.ts'

const FILES: Record<string, string> = { 'a.py': 'def solve(board):\n    return  search(board,\n        depth=8)\n' }
const read = async (path: string) => FILES[path] ?? null
const claim = (more: Partial<Claim> = {}): Claim => ({
  section: 'entry points',
  claim: 'solve is where it starts',
  path: 'a.py',
  quote: 'def solve(board):',
  ...more,
})

describe('a claim', () => {
  it('stands where its quote does, white space aside', async () => {
    const claims = [claim(), claim({ quote: 'return search(board, depth=8)', section: 'gotchas' })]
    expect(await standing(claims, read)).toEqual(claims)
  })

  it.each([
    ['whose quote is not there', { quote: 'def solve(graph):' }],
    ['whose file is not there', { path: 'b.py' }],
    ['that quotes next to nothing', { quote: 'def' }],
    ['that says nothing', { claim: ' ' }],
    ['that says too much', { claim: 'x'.repeat(500) }],
  ])('%s is dropped', async (_, more) => {
    expect(await standing([claim(more)], read)).toEqual([])
  })

  it('takes the place of an older one with the same quote', async () => {
    const newer = claim({ claim: 'solve may be called twice' })
    expect(await standing([claim(), newer], read)).toEqual([newer])
  })

  it('of a section that is full takes the place of the oldest', async () => {
    const lines = Array.from({ length: 9 }, (_, index) => `value_number_${index} = ${index}`)
    const many = lines.map((quote, index) => claim({ path: 'b.py', quote, claim: `claim ${index}` }))
    const kept = await standing(many, async () => lines.join('\n'))
    expect(kept.map((one) => one.claim)).toEqual(many.slice(3).map((one) => one.claim))
  })
})

describe('what a model claims', () => {
  it('is passed over where it has no form, and never spoils the rest', () => {
    const claims = Claims.parse([claim(), 7, { claim: 'no quote' }])
    expect(claims.filter(({ quote }) => quote !== '')).toEqual([claim()])
    expect(Claims.parse(undefined)).toEqual([])
    expect(Claims.parse('none')).toEqual([])
  })

  it('is shown by section, with what bears it out', () => {
    expect(claimsText([claim()])).toBe('entry points:\n- solve is where it starts (a.py: "def solve(board):")')
  })
})
