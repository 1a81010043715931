import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type GradeWishes, grade } from '../../src/jobs/grade.ts'
import { AnnealError } from '../../src/records/error.ts'
import { gradeText } from '../../src/reports/grade-text.ts'

const home = mkdtempSync(join(tmpdir(), 'anneal-grade-'))
const at = (name: string) => join(home, name)
writeFileSync(at('answers.csv'), 'id,y\n1,1\n2,2\n')
writeFileSync(at('board.csv'), `score\n${[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].join('\n')}\n`)
writeFileSync(at('good.csv'), 'id,y\n2,2.3\n1,1.3\n')
writeFileSync(at('bad.csv'), 'id,y\n1,nan\n2,2\n')
writeFileSync(at('lfs.csv'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')
const graded = (file: string, wishes: GradeWishes) => grade(at(file), home, wishes, new Date(0))
const common = { answers: at('answers.csv'), metric: 'rmse' }

it('needs no task: the metric by its flag, columns by the submission', async () => {
  const made = await graded('good.csv', { ...common, leaderboard: at('board.csv') })
  expect(made).toMatchObject({ score: 0.3, bronze_medal: true, silver_medal: false, median_threshold: 0.55 })
  const text = gradeText(made)
  expect(text).toContain('rmse 0.3 (lower is better)')
  expect(text).toContain('medal    bronze')
  const bare = await graded('good.csv', common)
  expect(bare).toMatchObject({ score: 0.3, gold_threshold: null, any_medal: null, is_lower_better: true })
  expect(gradeText(bare)).not.toContain('medal')
})

it.each([
  ['bad.csv', 'not a finite number'],
  ['none.csv', `there is no ${at('none.csv')}`],
  ['answers.txt', 'a submission is a .csv file'],
])('%s has no score, and why is said', async (file, words) => {
  const made = await graded(file, { ...common, leaderboard: at('board.csv') })
  const exists = file === 'bad.csv'
  expect(made).toMatchObject({ score: null, valid_submission: false, any_medal: false, submission_exists: exists })
  expect(made.reason).toContain(words)
  expect(gradeText(made)).toContain(words)
})

it.each([
  [{}, 'No answers are named'],
  [{ answers: at('answers.csv') }, 'No metric is named'],
  [{ ...common, metric: 'beauty' }, 'There is no metric beauty'],
  [{ ...common, answers: at('nowhere.csv') }, 'The answers cannot be read'],
  [{ ...common, leaderboard: at('answers.csv') }, 'no column score'],
  [{ ...common, leaderboard: at('lfs.csv') }, 'a pointer of Git LFS'],
  [{ ...common, answers: at('board.csv') }, 'The answers do not fit'],
] as [GradeWishes, string][])('%j is a request that is wrong', async (wishes, words) => {
  const failed = await graded('good.csv', wishes).catch((fault: unknown) => fault)
  expect(failed).toBeInstanceOf(AnnealError)
  const { what, why, fix } = failed as AnnealError
  expect(`${what} ${why}`).toContain(words)
  expect(fix).not.toBe('')
})
