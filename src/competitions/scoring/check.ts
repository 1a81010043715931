// Checks the $ANNEAL_OUT/submission.csv that is to be delivered against the competition's sample, and asks a validation server where one is named.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Invalid, readTable } from './csv.ts'
import { type Format, idsOf, readSubmission } from './submission.ts'

const [server] = process.argv.slice(2)
const VALID = 'Submission is valid.'
const PATIENCE = 300_000

/** What the server says against a submission; null where it is valid, or the server cannot say. */
async function objection(address: string, file: string): Promise<string | null> {
  try {
    const form = new FormData()
    form.append('file', new Blob([await readFile(file)], { type: 'text/csv' }), 'submission.csv')
    const reply = await fetch(address, { method: 'POST', body: form, signal: AbortSignal.timeout(PATIENCE) })
    const said: unknown = await reply.json()
    const result = typeof said === 'object' && said !== null && 'result' in said ? said.result : undefined
    if (result === VALID) return null
    if (typeof result === 'string') return result
    console.error(`${address} could not check it: status ${reply.status}, ${JSON.stringify(said).slice(0, 500)}`)
  } catch (fault) {
    console.error(`${address} could not be asked: ${fault instanceof Error ? fault.message : fault}`)
  }
  return null
}

try {
  const out = process.env.ANNEAL_OUT
  if (!out) throw new Invalid('set ANNEAL_OUT to the folder that the program wrote to')
  const file = join(out, 'submission.csv')
  const format: Format = JSON.parse(await readFile('competition.json', 'utf8'))
  await readSubmission(file, format, idsOf(await readTable('data/full/sample_submission.csv'), format.id))
  const against = server === undefined ? null : await objection(server, file)
  if (against !== null) throw new Invalid(against)
} catch (fault) {
  if (!(fault instanceof Invalid)) throw fault
  console.error(`invalid submission: ${fault.message}`)
  process.exitCode = 1
}
