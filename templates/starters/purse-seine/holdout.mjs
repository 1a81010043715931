// Runs the candidate itself on fresh cases, whose seeds come from $ANNEAL_SEED (or from chance), and scores them.
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, inputOf, makeCase, runCase } from './cases.mjs'
import { scoreAll } from './score.mjs'

const CASES = 16

function report(metrics) {
  const text = JSON.stringify(metrics)
  if (process.env.ANNEAL_RESULT) writeFileSync(process.env.ANNEAL_RESULT, text)
  else console.log(text)
}

const base = process.env.ANNEAL_SEED || randomUUID()
const seeds = Array.from({ length: CASES }, (_, index) =>
  createHash('sha256').update(`purse-seine hold-out ${base} ${index}`).digest().readUInt32BE(),
)
const folder = mkdtempSync(join(tmpdir(), 'purse-seine-'))
try {
  const binary = compile(folder)
  const results = []
  for (const seed of seeds) results.push({ seed, ...(await runCase(binary, inputOf(makeCase(seed)), folder)) })
  const { score, valid, slowest_seconds } = scoreAll(results, makeCase)
  report({ score, valid, slowest_seconds })
} catch (error) {
  report({ score: 0, valid: 0 })
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
