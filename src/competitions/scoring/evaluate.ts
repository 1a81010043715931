// Scores $ANNEAL_OUT/submission.csv on the rows of the answers file that is named. Nothing of the candidate's is run: its file is read, strictly.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Invalid, readTable } from './csv.ts'
import { type Format, idsOf, readSubmission, scoreSubmission } from './submission.ts'

const [answers = 'sealed/answers.csv'] = process.argv.slice(2)

async function report(metrics: Record<string, number>): Promise<void> {
  const text = JSON.stringify(metrics)
  if (process.env.ANNEAL_RESULT) await writeFile(process.env.ANNEAL_RESULT, text)
  else console.log(text)
}

try {
  const out = process.env.ANNEAL_OUT
  if (!out) throw new Invalid('set ANNEAL_OUT to the folder that the program wrote to')
  const format: Format = JSON.parse(await readFile('competition.json', 'utf8'))
  const ids = idsOf(await readTable('data/search/sample_submission.csv'), format.id)
  const given = await readSubmission(join(out, 'submission.csv'), format, ids)
  await report({ [format.metric]: scoreSubmission(given, await readTable(answers), format), valid: 1 })
} catch (fault) {
  if (!(fault instanceof Invalid)) throw fault
  await report({ valid: 0 })
  console.error(`invalid submission: ${fault.message}`)
  process.exitCode = 1
}
