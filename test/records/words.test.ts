import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stem } from '../../src/records/stem.ts'
import { wordsOf } from '../../src/records/words.ts'

/** The examples of Porter's paper, step by step. */
const PORTER: Record<string, string> = {
  caresses: 'caress',
  ponies: 'poni',
  ties: 'ti',
  cats: 'cat',
  feed: 'feed',
  agreed: 'agre',
  plastered: 'plaster',
  bled: 'bled',
  motoring: 'motor',
  sing: 'sing',
  conflated: 'conflat',
  troubled: 'troubl',
  sized: 'size',
  hopping: 'hop',
  tanned: 'tan',
  falling: 'fall',
  hissing: 'hiss',
  fizzed: 'fizz',
  failing: 'fail',
  filing: 'file',
  happy: 'happi',
  sky: 'sky',
  relational: 'relat',
  conditional: 'condit',
  rational: 'ration',
  digitizer: 'digit',
  vietnamization: 'vietnam',
  predication: 'predic',
  operator: 'oper',
  feudalism: 'feudal',
  decisiveness: 'decis',
  hopefulness: 'hope',
  formaliti: 'formal',
  sensibiliti: 'sensibl',
  triplicate: 'triplic',
  formative: 'form',
  electrical: 'electr',
  goodness: 'good',
  revival: 'reviv',
  allowance: 'allow',
  inference: 'infer',
  adjustable: 'adjust',
  replacement: 'replac',
  adoption: 'adopt',
  communism: 'commun',
  effective: 'effect',
  probate: 'probat',
  rate: 'rate',
  cease: 'ceas',
  controll: 'control',
  roll: 'roll',
}

describe('the stem of a word', () => {
  it.each(Object.entries(PORTER))('of %s is %s', (word, root) => {
    expect(stem(word)).toBe(root)
  })

  it('is never empty and never longer than the word and one letter', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (word) => {
        expect(stem(word).length).toBeGreaterThan(0)
        expect(stem(word).length).toBeLessThanOrEqual(word.length + 1)
      }),
    )
  })
})

describe('the words of a text', () => {
  it('are stemmed, folded and without stop words', () => {
    expect(wordsOf('The Caches are being Flushed at once: naïve, 3.14!')).toEqual(['cach', 'flush', 'naiv', '3', '14'])
  })

  it('hold identifiers whole and by their parts', () => {
    expect(wordsOf('maxPoolSize max_pool_size HTTPServer2')).toEqual([
      'maxpools',
      'max',
      'pool',
      'size',
      'maxpools',
      'max',
      'pool',
      'size',
      'httpserver2',
    ])
  })

  it('are the same however often they are asked for, of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(wordsOf(text)).toEqual(wordsOf(text))
      }),
    )
  })
})
