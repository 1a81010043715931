import { between, normal, pick, type Random, sigmoid } from './drawing.ts'
import type { Drawn } from './drawn.ts'

const SPECIES = ['basil', 'chard', 'fennel', 'leek', 'mint', 'sorrel'] as const
const SOILS = ['clay', 'loam', 'peat', 'sand'] as const
/** The temperature that each species likes best, in degrees. */
const LIKES = { basil: 24, chard: 15, fennel: 18, leek: 13, mint: 20, sorrel: 16 }
/** The acidity that each soil is best at. */
const ACIDITY = { clay: 6.8, loam: 6.4, peat: 5.2, sand: 6 }

const DESCRIPTION = `# Seedlings

## Description

A nursery raised seedlings under glass and noted how. Predict which of them are alive after four weeks.

## Evaluation

Submissions are evaluated on the area under the ROC curve between the predicted probability and the observed target.

### Submission File

For each \`id\` in the test set, predict a probability for \`alive\`. The file should contain a header and have the following format:

\`\`\`
id,alive
s03000,0.5
s03001,0.5
etc.
\`\`\`

## Dataset Description

- **train.csv** - the seedlings with the answer, \`alive\` (1 or 0)
- **test.csv** - the seedlings without it
- **sample_submission.csv** - a submission in the right format

Columns: \`species\`, \`soil\`, \`water\` (millilitres a day), \`light\` (hours a day), \`temperature\` (degrees Celsius), \`acidity\` (pH), \`depth\` (of the seed, in millimetres),
\`fed\` (yes or no), \`age\` (days since sowing). Some values were not noted.

The data are made up by Anneal's generator.
`

/** Whether seedlings live: numbers and categories, missing values, effects that are not linear and hold together with others. */
export function drawTabular(random: Random): Drawn {
  const rows = Array.from({ length: 4500 }, (_, number) => {
    const species = pick(random, SPECIES)
    const soil = pick(random, SOILS, [2, 4, 1, 2])
    const [water, light] = [Math.exp(normal(random) * 0.5 + 3.4), between(random, 5, 16)]
    const [temperature, acidity] = [17.5 + 4 * normal(random), 6.2 + 0.7 * normal(random)]
    const [depth, age] = [between(random, 2, 30), Math.floor(between(random, 5, 25))]
    const fed = pick(random, ['yes', 'no'])
    const signal =
      1.9 -
      0.11 * (temperature - LIKES[species]) ** 2 * (species === 'mint' ? 0.4 : 1) -
      1.6 * (acidity - ACIDITY[soil]) ** 2 +
      0.07 * (light - 10) -
      0.9 * Math.abs(Math.log(water / (3 * light))) * (soil === 'sand' ? 1.8 : 1) -
      0.06 * Math.max(0, depth - 14) +
      (fed === 'yes' ? (age > 12 ? 0.9 : -0.5) : 0)
    const noted = (value: string) => (random() < 0.05 ? '' : value)
    const alive = random() < sigmoid(1.1 * signal) ? '1' : '0'
    const columns = {
      ...{
        species,
        soil,
        water: noted(water.toFixed(1)),
        light: light.toFixed(1),
        temperature: temperature.toFixed(1),
      },
      ...{ acidity: noted(acidity.toFixed(2)), depth: depth.toFixed(0), fed: noted(fed), age: String(age) },
    }
    return { id: `s${String(number).padStart(5, '0')}`, columns, truth: alive, signal: [signal] }
  })
  return {
    description: DESCRIPTION,
    rows,
    trained: 3000,
    format: { columns: ['id', 'alive'], id: 'id', targets: ['alive'], label: null, metric: 'auc' },
    sample: ['0.5'],
    teams: 120,
    skills: [0.1, 0.9],
    guess: ([signal = 0], skill, noise) => [sigmoid(skill * signal + (1 - skill) * 4 * noise()).toFixed(6)],
  }
}
