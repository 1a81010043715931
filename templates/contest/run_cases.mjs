// The execute step: compiles the program once, runs it on the cases of this stage, and leaves what it answered and how long
// it took in $ANNEAL_OUT/answers.json. The program gets a case on standard input and nothing else: an empty environment and
// an empty folder. The file is written when all cases are done.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as problem from '../problem.mjs'
import { casesOf, compile, contest, inParallel, runCase } from './harness.mjs'

const folder = mkdtempSync(join(tmpdir(), 'contest-'))
const empty = join(folder, 'empty')
mkdirSync(empty)
try {
  if (!process.env.ANNEAL_OUT) throw new Error('set ANNEAL_OUT to a folder for the answers')
  const words = compile(resolve(contest.program), folder, contest.program)
  await problem.prepare?.(folder)
  let failures = 0
  const answers = await inParallel(casesOf(process.env.ANNEAL_STAGE), async (key) => {
    // Where one failure fails the whole, two tell enough.
    if (failures >= 2 && contest.failed_case !== 'zero') return { key, verdict: 'skipped', seconds: 0, answer: '' }
    const result = await runCase(words, await problem.inputOf(key), empty)
    if (result.verdict !== 'ran') failures++
    return { key, ...result }
  })
  writeFileSync(join(process.env.ANNEAL_OUT, 'answers.json'), JSON.stringify(answers))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
