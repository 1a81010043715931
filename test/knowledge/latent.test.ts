import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embedderOf, learnLatent } from '../../src/knowledge/latent.ts'
import { seeded } from '../../src/records/random.ts'

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)

/** Texts on 80 subjects of six words; "car" and "automobile" never stand together, but both among the words of subject 1. */
function texts(): string[][] {
  const random = seeded(3)
  return Array.from({ length: 320 }, (_, n) => {
    const words = Array.from({ length: 20 }, () => `s${n % 80}w${Math.floor(random() * 6)}`)
    if (n % 80 === 1) return [n % 160 === 1 ? 'car' : 'automobile', ...words]
    return n % 80 === 2 ? ['bread', ...words] : words
  })
}

describe('the built-in embedding', () => {
  it('brings words together that share company, though they never meet', () => {
    const embed = embedderOf(learnLatent(texts()))
    const car = embed(['car'])
    expect(cosine(car, embed(['automobile']))).toBeGreaterThan(cosine(car, embed(['bread'])) + 0.2)
    expect(cosine(car, embed(['s1w1', 's1w2']))).toBeGreaterThan(cosine(car, embed(['s2w1', 's2w2'])) + 0.2)
  })

  it('gives the same vectors for the same texts', () => {
    const one = embedderOf(learnLatent(texts()))(['car', 's2w3'])
    expect(embedderOf(learnLatent(texts()))(['car', 's2w3'])).toEqual(one)
  })

  it('gives vectors of length one, or zero where it knows no word, of any texts', () => {
    const word = fc.constantFrom('a1', 'b2', 'c3', 'd4', 'e5', 'f6')
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 8 }), { maxLength: 60 }), fc.array(word), (corpus, text) => {
        const vector = embedderOf(learnLatent(corpus))(text)
        const length = Math.hypot(...vector)
        expect(vector.length).toBeGreaterThan(0)
        expect(vector.every(Number.isFinite)).toBe(true)
        expect(length < 1e-6 || Math.abs(length - 1) < 1e-4).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
