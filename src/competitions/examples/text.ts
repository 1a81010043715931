import { between, normal, pick, type Random } from './drawing.ts'
import type { Drawn } from './drawn.ts'

const KEEPERS = ['ALMA', 'BRAM', 'CORA'] as const
const WORDS = 300
/** How much the keepers differ in the words that they use, and in what they let follow what. */
const [TASTE, HABIT] = [0.25, 1.2]

const DESCRIPTION = `# Log books

## Description

Three keepers of one lighthouse wrote its log, in a language that nobody speaks any more. Predict who wrote an entry.

## Evaluation

Submissions are evaluated using multi-class logarithmic loss. Each id has one true keeper. For each id, you must submit a predicted probability for each keeper.

### Submission File

You must submit a csv file with the id, and a probability for each of the three keepers. The file must have a header and should look like the following:

\`\`\`
id,ALMA,BRAM,CORA
e00001,0.33,0.33,0.34
...
\`\`\`

## Dataset Description

- **train.csv** - entries with their \`keeper\`
- **test.csv** - entries without it
- **sample_submission.csv** - a submission in the right format

Columns: \`id\`, \`text\`.

The data are made up by Anneal's generator.
`

/** Who wrote a text: invented words, of which each writer likes some better, and pairs of words that one of them likes to set together. */
export function drawText(random: Random): Drawn {
  const words = wordsOf(random)
  const usual = words.map((_, rank) => 1 / (rank + 3))
  const followed = words.map(() => Math.floor(random() * WORDS))
  const keepers = KEEPERS.map(() => ({
    likes: usual.map((share) => share * Math.exp(TASTE * normal(random))),
    /** How much likelier a word is after the one that it follows. */
    pairs: words.map(() => 2 * Math.exp(HABIT * normal(random))),
  }))
  const totals = keepers.map(({ likes }) => likes.reduce((sum, one) => sum + one, 0))
  const sums = keepers.map(({ likes }) => {
    let sum = 0
    return likes.map((one) => (sum += one))
  })
  const logShare = (at: number, before: number | null, word: number): number => {
    const keeper = keepers[at]
    if (!keeper) return 0
    const extra = before === null ? 0 : (keeper.pairs[before] ?? 0)
    const more = before !== null && followed[before] === word ? extra : 0
    return Math.log(((keeper.likes[word] ?? 0) + more) / ((totals[at] ?? 1) + extra))
  }
  /** A word that a keeper writes after another one, or at first. */
  const write = (at: number, before: number | null): number => {
    const keeper = keepers[at]
    const extra = before === null ? 0 : (keeper?.pairs[before] ?? 0)
    const total = totals[at] ?? 1
    const drawn = random() * (total + extra)
    if (before !== null && drawn >= total) return followed[before] ?? 0
    return firstAbove(sums[at] ?? [], drawn)
  }
  const rows = Array.from({ length: 2400 }, (_, number) => {
    const who = pick(random, [0, 1, 2], [5, 3, 4])
    const text: number[] = []
    const signal = [Math.log(5), Math.log(3), Math.log(4)]
    for (let left = Math.floor(between(random, 8, 22)); left > 0; left--) {
      const before = text.at(-1) ?? null
      const word = write(who, before)
      for (const at of KEEPERS.keys()) signal[at] = (signal[at] ?? 0) + logShare(at, before, word)
      text.push(word)
    }
    const sentence = text.map((word) => words[word] ?? '').join(' ')
    const columns = { text: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.` }
    return { id: `e${String(number).padStart(5, '0')}`, columns, truth: KEEPERS[who] ?? '', signal }
  })
  return {
    description: DESCRIPTION,
    rows,
    trained: 1600,
    format: {
      ...{ columns: ['id', ...KEEPERS], id: 'id', targets: [...KEEPERS], label: 'keeper' },
      metric: 'log-loss-classes',
    },
    sample: ['0.33', '0.33', '0.34'],
    teams: 300,
    skills: [0.02, 0.4],
    guess: (signal, skill, noise) => sharesOf(signal.map((one) => skill * one + (1 - skill) * noise())),
  }
}

/** Probabilities that sum to 1 as they are written. */
function sharesOf(logs: readonly number[]): string[] {
  const top = Math.max(...logs)
  const powers = logs.map((one) => Math.exp(one - top))
  const sum = powers.reduce((total, one) => total + one, 0)
  const millionths = powers.map((one) => Math.round((1e6 * one) / sum))
  const rest = 1e6 - millionths.slice(1).reduce((total, one) => total + one, 0)
  return [rest, ...millionths.slice(1)].map((one) => (one / 1e6).toFixed(6))
}

/** The place of the first of rising sums that is above a value; the last where none is. */
function firstAbove(sums: readonly number[], value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}

/** Invented words, no two alike. */
function wordsOf(random: Random): string[] {
  const syllable = () => `${pick(random, [...'bdfgklmnprstvz'])}${pick(random, [...'aeiou'])}`
  const words = new Set<string>()
  while (words.size < WORDS)
    words.add(
      Array.from({ length: 1 + Math.floor(random() * 3) }, syllable).join('') + pick(random, ['', 'n', 's', 'r']),
    )
  return [...words]
}
