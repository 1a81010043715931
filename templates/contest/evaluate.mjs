// Reads $ANNEAL_OUT/answers.json, which run_cases.mjs left, makes the same cases again from the sealed seeds and scores the
// answers. It runs nothing of the candidate's. Stands for the hold-out too: the stage says which cases are meant.
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as problem from '../problem.mjs'
import { casesOf, compile, contest, inParallel, runCase } from './harness.mjs'

const SHOWN = 8
const VERDICTS = { late: 'TLE', crashed: 'RE', long: 'OLE', skipped: 'not run' }

function read(path, keys) {
  let stat
  try {
    stat = lstatSync(path)
  } catch {
    throw new Error('there is no answers.json in $ANNEAL_OUT')
  }
  if (!stat.isFile()) throw new Error('answers.json is not a plain file')
  if (stat.size > 2 * contest.largest_answer * keys.length) throw new Error('answers.json is too large')
  let answers
  try {
    answers = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Error('answers.json is not JSON')
  }
  const isFine = (one, index) =>
    one?.key === keys[index] &&
    typeof one.verdict === 'string' &&
    typeof one.answer === 'string' &&
    one.answer.length <= contest.largest_answer &&
    Number.isFinite(one.seconds) &&
    one.seconds >= 0
  if (!Array.isArray(answers) || answers.length !== keys.length || !answers.every(isFine)) {
    throw new Error('answers.json does not hold an answer for each case')
  }
  return answers.map((one) => (one.verdict === 'ran' && one.seconds > contest.time_limit ? { ...one, verdict: 'late' } : one))
}

/** What a case came to: AC with a score, or another verdict with the reason. */
async function judge({ key, verdict, seconds, answer, log }) {
  if (verdict !== 'ran') return { key, seconds, verdict: VERDICTS[verdict] ?? 'RE', why: reasonOf(verdict, seconds, log) }
  try {
    return { key, seconds, verdict: 'AC', score: await problem.scoreOf(key, answer) }
  } catch (error) {
    return { key, seconds, verdict: 'WA', why: `wrong answer: ${error.message}` }
  }
}

function reasonOf(verdict, seconds, log) {
  if (verdict === 'late') return `the time limit of ${contest.time_limit} s was passed (${seconds.toFixed(2)} s)`
  if (verdict === 'long') return 'the answer is too long'
  return `the program crashed: ${String(log ?? '').slice(0, 300)}`
}

/** Scores of the reference program on the same cases, which relative scores are held against; those that are on record are taken from there. */
async function references(keys, folder) {
  const recorded = contest.references ?? {}
  const unknown = keys.filter((key) => recorded[key] === undefined)
  const words = unknown.length > 0 ? compile(resolve(contest.reference), folder, contest.reference) : []
  const measured = await inParallel(unknown, async (key) => {
    const result = await judge({ key, ...(await runCase(words, await problem.inputOf(key), folder)) })
    if (result.verdict !== 'AC') throw new Error(`the reference fails on case ${key}: ${result.why}`)
    return [key, result.score]
  })
  return { ...recorded, ...Object.fromEntries(measured) }
}

/** The share that a score has of the reference's, or the other way round where lower is better; 1 is as good. */
function ratio(score, reference, key) {
  const [a, b] = contest.direction === 'maximize' ? [score, reference] : [reference, score]
  if (a === b) return 1
  if (!(b > 0)) throw new Error(`case ${key}: relative scoring needs scores above 0, not ${b}`)
  return Math.round((1e9 * a) / b) / 1e9
}

function report(metrics) {
  const text = JSON.stringify(metrics)
  if (process.env.ANNEAL_RESULT) writeFileSync(process.env.ANNEAL_RESULT, text)
  else console.log(text)
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

async function main(folder) {
  if (!process.env.ANNEAL_OUT) throw new Error('set ANNEAL_OUT to the folder that run_cases.mjs wrote to')
  const keys = casesOf(process.env.ANNEAL_STAGE)
  await problem.prepare?.(folder)
  const results = await inParallel(read(join(process.env.ANNEAL_OUT, 'answers.json'), keys), judge)
  const failed = results.filter(({ verdict }) => verdict !== 'AC')
  const counts = Object.entries(Object.groupBy(results, ({ verdict }) => verdict)).map(([verdict, of]) => `${of.length} ${verdict}`)
  const slowest = results.reduce((a, b) => (b.seconds > a.seconds ? b : a))
  console.log(`${results.length} cases: ${counts.join(', ')}; slowest ${slowest.key} with ${slowest.seconds.toFixed(2)} s`)
  const told = failed.filter(({ verdict }) => verdict !== VERDICTS.skipped)
  const few = told.slice(0, SHOWN).map(({ key, verdict, why }) => `case ${key}: ${verdict}: ${why}`)
  if (failed.length > 0 && contest.failed_case !== 'zero')
    throw new Error([...(few.length > 0 ? few : ['some cases were not run']), ...(told.length > SHOWN ? [`and ${told.length - SHOWN} more`] : [])].join('\n'))
  if (failed.length > 0) console.log(few.join('\n'))
  const isRelative = contest.scoring === 'relative'
  const known = isRelative ? await references(keys, folder) : {}
  const scored = results.map(({ key, verdict, score = 0 }) => ({
    key,
    score: verdict !== 'AC' ? 0 : isRelative ? ratio(score, known[key], key) : score,
  }))
  const worstFirst = scored.toSorted((a, b) => (isRelative || contest.direction === 'maximize' ? a.score - b.score : b.score - a.score))
  console.log(`worst cases: ${worstFirst.slice(0, SHOWN).map(({ key, score }) => `${key} ${Number(score.toPrecision(7))}`).join(', ')}`)
  report({
    score: mean(scored.map(({ score }) => score)),
    valid: 1,
    slowest_seconds: slowest.seconds,
    ...(isRelative ? { absolute: mean(results.map(({ score = 0 }) => score)) } : {}),
    ...(failed.length > 0 ? { failed_cases: failed.length } : {}),
    ...(process.env.ANNEAL_STAGE === 'holdout' ? {} : Object.fromEntries(scored.map(({ key, score }) => [`case_${key}`, score]))),
  })
}

const folder = mkdtempSync(join(tmpdir(), 'contest-'))
try {
  await main(folder)
} catch (error) {
  report({ score: 0, valid: 0 })
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
