// Reads $ANNEAL_OUT/answers.json, which run_cases.mjs left, makes the same cases again from the sealed seeds and scores
// the answers. It runs nothing of the candidate's.
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LARGEST_ANSWER, makeCase, TIME_LIMIT } from './cases.mjs'
import { scoreAll } from './score.mjs'

function read(path, seeds) {
  let stat
  try {
    stat = lstatSync(path)
  } catch {
    throw new Error('there is no answers.json in $ANNEAL_OUT')
  }
  if (!stat.isFile()) throw new Error('answers.json is not a plain file')
  if (stat.size > 2 * LARGEST_ANSWER * seeds.length) throw new Error('answers.json is too large')
  let answers
  try {
    answers = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Error('answers.json is not JSON')
  }
  const isFine = (one, index) =>
    one?.seed === seeds[index] &&
    typeof one.verdict === 'string' &&
    typeof one.answer === 'string' &&
    one.answer.length <= LARGEST_ANSWER &&
    Number.isFinite(one.seconds) &&
    one.seconds >= 0
  if (!Array.isArray(answers) || answers.length !== seeds.length || !answers.every(isFine)) {
    throw new Error('answers.json does not hold an answer for each case')
  }
  return answers.map((one) => (one.seconds > TIME_LIMIT ? { ...one, verdict: 'late' } : one))
}

function report(metrics) {
  const text = JSON.stringify(metrics)
  if (process.env.ANNEAL_RESULT) writeFileSync(process.env.ANNEAL_RESULT, text)
  else console.log(text)
}

try {
  if (!process.env.ANNEAL_OUT) throw new Error('set ANNEAL_OUT to the folder that run_cases.mjs wrote to')
  const seeds = JSON.parse(readFileSync('seeds.json', 'utf8'))
  report(scoreAll(read(join(process.env.ANNEAL_OUT, 'answers.json'), seeds), makeCase))
} catch (error) {
  report({ score: 0, valid: 0 })
  console.error(error.message)
  process.exitCode = 1
}
