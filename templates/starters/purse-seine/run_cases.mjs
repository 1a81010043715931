// The execute step: compiles main.cpp, runs it on the public cases one after another, and leaves what it answered and how
// long it took in $ANNEAL_OUT/answers.json. The program gets a case on standard input and nothing else: an empty
// environment and an empty folder. The file is written when all cases are done.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, inputOf, makeCase, runCase } from './cases.mjs'

const folder = mkdtempSync(join(tmpdir(), 'purse-seine-'))
try {
  if (!process.env.ANNEAL_OUT) throw new Error('set ANNEAL_OUT to a folder for the answers')
  const binary = compile(folder)
  const answers = []
  for (const seed of JSON.parse(readFileSync('seeds.json', 'utf8'))) {
    const result = await runCase(binary, inputOf(makeCase(seed)), folder)
    answers.push({ seed, ...result })
    console.log(`seed ${seed}: ${result.verdict}, ${result.seconds.toFixed(3)} s ${result.log}`)
  }
  writeFileSync(join(process.env.ANNEAL_OUT, 'answers.json'), JSON.stringify(answers))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
