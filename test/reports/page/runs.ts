import { anneal, offline, repository, TINY } from '../../support/cli.ts'
import { type Asked, type Reply, startModelServer } from '../../support/model-server.ts'

/** What a page must show as text, whatever it looks like. */
export const HOSTILE =
  '</script><script>document.title="broken"</script><img src=x onerror=alert(1)> \u001b[31mred\u001b[0m \u202etxt.exe \u2028 &amp; `$(reboot)`'

const TITLES = [
  'Raise the constant',
  HOSTILE,
  'Add a further term',
  'Break it',
  'Double the second term',
  'Round it up',
]
const PLANS = [
  'change the number',
  'multiply where it adds',
  'sum up further terms',
  'leave the cap out',
  'double a term',
  'round at the end',
]

/** A real run of a real model editor against the loopback server: prompts, lessons, prices, a hold-out, one failure. Gives its folder and name. */
export async function modelRun(): Promise<{ folder: string; run: string }> {
  let ideas = 0
  const answer = ({ system, prompt, number }: Asked): Reply => {
    if (system.startsWith('You improve')) {
      const at = ideas++
      const lessons = [...prompt.matchAll(/lesson\/[0-9a-f]{10}/g)].map(([id]) => id)
      return JSON.stringify({
        title: TITLES[at % TITLES.length],
        hypothesis: `The score is the sum of both constants, so a larger one scores more (${at}).`,
        plan: PLANS[at % PLANS.length],
        expected: 'A larger value.',
        cites: lessons.slice(0, 1),
      })
    }
    if (system.startsWith('You distil'))
      return JSON.stringify({
        kind: 'practice',
        when: 'a number is scored',
        advice: `Raise it (${number}).`,
        confidence: 0.7,
      })
    const line = /const value = [^\n]*/.exec(prompt)?.[0] ?? ''
    const next = ideas === 4 ? 'const value = nothing' : `const value = ${10 * ideas}`
    return `solve.mjs\n<<<<<<< SEARCH\n${line}\n=======\n${next}\n>>>>>>> REPLACE\n`
  }
  const server = await startModelServer(answer)
  try {
    const folder = repository({
      ...TINY,
      'solve.mjs': `${TINY['solve.mjs']}console.log('made', value)\n`,
      'anneal.yaml': `${TINY['anneal.yaml']}holdout: {command: node score.mjs, timeout: 20s}\nmodels: [{name: small-1, prices: {input: 2, output: 8}}]\n`,
    })
    const set = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-made-up-0123456789' })
    const { code, out, err } = await anneal(folder, ['run', '--json', '--attempts', '6', '--sandbox', 'off'], set)
    if (code !== 0) throw new Error(err)
    return { folder, run: JSON.parse(out).run }
  } finally {
    await server.close()
  }
}

/** A real run of the genetic editor, offline. */
export async function geneticRun(attempts = 12): Promise<{ folder: string; run: string }> {
  const folder = repository(TINY)
  const words = ['run', '--json', '--editor', 'genetic', '--attempts', String(attempts), '--sandbox', 'off']
  const { code, out, err } = await anneal(folder, words)
  if (code !== 0) throw new Error(err)
  return { folder, run: JSON.parse(out).run }
}
