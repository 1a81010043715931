import { between, normal, type Random } from './drawing.ts'
import type { Drawn } from './drawn.ts'

const SHOPS = ['harbour', 'hill', 'market', 'park', 'station'] as const
const DAY = 86_400_000
const START = Date.UTC(2021, 0, 1)
const [DAYS, TEST_DAYS] = [790, 91]
/** What each shop sells on an ordinary day, and by how much more at the weekend. */
const HABITS = {
  harbour: [60, 0.7],
  hill: [35, 0.1],
  market: [110, 0.35],
  park: [48, 0.9],
  station: [90, -0.45],
} as const

const DESCRIPTION = `# Ice cream

## Description

Five shops of one maker noted what they sold each day. Predict the sales of the three months that follow.

## Evaluation

Submissions are evaluated on the Root Mean Squared Logarithmic Error (RMSLE) between the predicted and the observed sales.

### Submission File

For each \`id\` in the test set, predict \`sales\`. The file should contain a header and have the following format:

\`\`\`
id,sales
3495,0
3496,0
etc.
\`\`\`

## Dataset Description

- **train.csv** - two years of sales
- **test.csv** - the days after them, without \`sales\`
- **sample_submission.csv** - a submission in the right format

Columns: \`date\`, \`shop\`, \`offer\` (1 where there was a special offer), \`holiday\` (1 on public holidays), \`forecast\` (of the day's highest temperature, in degrees Celsius).

The data are made up by Anneal's generator.
`

/** The sales of shops by day: growth, seasons, weekdays and offers that matter more in some shops. The test set lies later. */
export function drawTime(random: Random): Drawn {
  const holidays = new Set(Array.from({ length: DAYS }, (_, day) => day).filter(() => random() < 0.03))
  const growth = Object.fromEntries(SHOPS.map((shop) => [shop, between(random, -0.1, 0.35)]))
  let weather = 0
  const days = Array.from({ length: DAYS }, (_, day) => {
    weather = 0.8 * weather + 2 * normal(random)
    return { day, weather, temperature: 14 - 10 * Math.cos((2 * Math.PI * (day - 25)) / 365.25) + weather }
  })
  const rows = days.flatMap(({ day, weather, temperature }) =>
    SHOPS.map((shop, at) => {
      const weekday = new Date(START + day * DAY).getUTCDay()
      const weekend = weekday === 0 || weekday === 6
      const offer = random() < 0.15
      const [usual, more] = HABITS[shop]
      const signal =
        Math.log(usual) +
        (growth[shop] ?? 0) * (day / 365) +
        0.75 * Math.sin((2 * Math.PI * (day - 105)) / 365.25) +
        0.03 * weather +
        (weekend ? more : weekday === 5 ? 0.12 : 0) +
        (offer ? (shop === 'station' ? 0.15 : 0.45) : 0) +
        (holidays.has(day) ? (shop === 'station' ? -0.6 : 0.4) : 0)
      const sales = Math.max(0, Math.round(Math.exp(signal + 0.16 * normal(random))))
      const columns = {
        ...{ date: new Date(START + day * DAY).toISOString().slice(0, 10), shop, offer: offer ? '1' : '0' },
        ...{ holiday: holidays.has(day) ? '1' : '0', forecast: (temperature + normal(random)).toFixed(1) },
      }
      return { id: String(day * SHOPS.length + at), columns, truth: String(sales), signal: [signal, Math.log(usual)] }
    }),
  )
  return {
    description: DESCRIPTION,
    rows,
    trained: (DAYS - TEST_DAYS) * SHOPS.length,
    format: { columns: ['id', 'sales'], id: 'id', targets: ['sales'], label: null, metric: 'rmsle' },
    sample: ['0'],
    teams: 60,
    skills: [0.15, 0.95],
    guess: ([signal = 0, plain = 0], skill, noise) => [
      Math.exp(plain + skill * (signal - plain) + (1 - skill) * 0.3 * noise()).toFixed(3),
    ],
  }
}
