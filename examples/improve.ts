// Improves the program of a repository from a program of your own: node improve.ts FOLDER [ATTEMPTS]
import { AnnealError, type Heard, type Run, run } from 'anneal'

const [folder = '.', attempts = '20'] = process.argv.slice(2)

// Ctrl-C stops the run; `resume({ folder })` or `anneal resume` goes on with it later.
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

/** One line for every attempt that ended, and for every new champion. */
function tell(event: Heard, now: Run): void {
  if (event.type === 'attempt.closed') {
    const { attempt, status, score, reason, idea } = event.attempt
    console.log(`${attempt} of ${now.task.budget.attempts}: ${status} ${score ?? reason}, ${idea.title}`)
  }
  if (event.type === 'champion.judged' && event.confirmation.confirmed)
    console.log(`attempt ${event.confirmation.attempt} is the champion`)
}

try {
  const result = await run({
    folder,
    task: { editor: 'genetic', budget: { attempts: Number(attempts) } },
    signal: stop.signal,
    onEvent: tell,
  })
  console.log(`${result.run}: ${result.baseline.score} to ${result.best?.score} on ${result.best?.branch}`)
} catch (fault) {
  if (!(fault instanceof AnnealError)) throw fault
  console.error(`${fault.what}\n${fault.why}\n${fault.fix}`)
  process.exitCode = fault.exit
}
