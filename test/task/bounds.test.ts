import { describe, expect, it } from 'vitest'
import { Task } from '../../src/records/task.ts'
import { boundsOf, checkBounds } from '../../src/task/bounds.ts'

const FILES = [
  'solve.py',
  'lib/a.py',
  'evaluate.py',
  'holdout.py',
  'data/train.csv',
  'answers/test.csv',
  'private/x.csv',
  'README.md',
  'package.json',
]
const task = (more: object = {}) =>
  Task.parse({
    goal: 'g',
    edit: ['solve.py', 'lib/**'],
    execute: { command: 'python3 solve.py' },
    evaluate: {
      command: 'python3 evaluate.py',
      metric: 'm',
      direction: 'maximize',
      ...('evaluate' in more ? (more.evaluate as object) : {}),
    },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'evaluate')),
  })
const kinds = (found: ReturnType<typeof boundsOf>, path: string) =>
  (['editable', 'sealed', 'hidden', 'context'] as const).filter((kind) => found[kind](path))

describe('the bounds of a task', () => {
  it('seal what candidates may not change, and hide answers and all that the hold-out names', () => {
    const bounds = boundsOf(
      task({
        evaluate: { hidden: ['answers/**'] },
        holdout: { command: 'python3 holdout.py private' },
        context: ['*.md', 'answers/*', 'solve.py'],
      }),
      FILES,
    )
    expect(kinds(bounds, 'solve.py')).toEqual(['editable'])
    expect(kinds(bounds, 'lib/new.py')).toEqual(['editable'])
    expect(kinds(bounds, 'evaluate.py')).toEqual(['sealed'])
    expect(kinds(bounds, 'answers/test.csv')).toEqual(['sealed', 'hidden'])
    expect(kinds(bounds, 'holdout.py')).toEqual(['sealed', 'hidden'])
    expect(kinds(bounds, 'private/x.csv')).toEqual(['sealed', 'hidden'])
    expect(kinds(bounds, 'README.md')).toEqual(['sealed', 'context'])
    expect(bounds.hiddenFiles).toEqual(['holdout.py', 'answers/test.csv', 'private/x.csv'])
  })

  it('hide what the hold-out runs in a folder that it goes to, and as a module', () => {
    for (const command of ['cd private; cat x.csv', 'python3 -m holdout && cat private/x.csv'])
      expect(boundsOf(task({ holdout: { command } }), FILES).hiddenFiles).toContain('private/x.csv')
    expect(boundsOf(task({ holdout: { command: 'python3 -m holdout' } }), FILES).hiddenFiles).toEqual(['holdout.py'])
  })

  it.each([
    ['globs that match nothing', { edit: ['none.py'] }, 'edit: "none.py" matches no file'],
    ['sealed globs that match nothing', { evaluate: { sealed: ['grader/**'] } }, 'evaluate.sealed: "grader/**"'],
    ['hidden globs that match nothing', { evaluate: { hidden: ['x'] } }, 'evaluate.hidden: "x"'],
    ['an evaluator that candidates may change', { edit: ['*.py'] }, 'evaluate.command runs evaluate.py'],
    [
      'an editable evaluator without execution',
      { edit: ['*.py'], execute: undefined },
      'an evaluator that is itself editable',
    ],
    [
      'an evaluator that is named as a module',
      { edit: ['lib/**'], evaluate: { command: 'python3 -m lib.a' } },
      'evaluate.command runs lib/a.py',
    ],
    [
      'an evaluator in a folder that the command goes to',
      { edit: ['lib/**'], evaluate: { command: 'cd lib && python3 a.py' } },
      'evaluate.command runs lib/a.py',
    ],
    [
      'an evaluator whose recipe candidates may change',
      { edit: ['solve.py', '*.json'], execute: undefined, evaluate: { command: 'npm run bench' } },
      'evaluate.command runs package.json',
    ],
    [
      'a smoke stage that candidates may change',
      { edit: ['lib/**'], evaluate: { smoke: { command: 'python3 lib/a.py' } } },
      'evaluate.smoke.command runs lib/a.py',
    ],
    [
      'a hold-out that another command runs',
      { holdout: { command: 'python3 evaluate.py', hidden: ['evaluate.py'] } },
      'within reach',
    ],
    [
      'a hold-out that candidates may change',
      { edit: ['solve.py', 'private/**'], holdout: { command: 'python3 holdout.py', hidden: ['private/**'] } },
      'belongs to the hold-out',
    ],
  ])('refuse %s, and say how to mend it', (_, more, said) => {
    const refused = () => checkBounds(task(more), FILES)
    expect(refused).toThrow('The task does not fit the repository')
    try {
      refused()
    } catch (fault) {
      expect(fault).toMatchObject({ exit: 2 })
      expect(String((fault as { why: string }).why)).toContain(said)
      expect(String((fault as { fix: string }).fix)).not.toBe('')
    }
  })
})
