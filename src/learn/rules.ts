import { createHash } from 'node:crypto'
import type { Attempt } from '../records/attempt.ts'
import type { Lesson } from '../records/lesson.ts'
import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'

/** Errors that programs name in the same words everywhere, and what to do about them. */
const CLASSES: readonly { pattern: RegExp; name: string; advice: string }[] = [
  {
    pattern: /ran past its time limit|timed? ?out/i,
    name: 'time limit',
    advice: 'Keep the run well inside its time limit: bound every loop by a clock and leave room for slower machines.',
  },
  {
    pattern:
      /CUDA[^\n]*out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|STATUS_ALLOC_FAILED|RESOURCE_EXHAUSTED|OOM when allocating/i,
    name: 'GPU memory',
    advice:
      'Keep within the memory of the GPU: smaller batches or tiles, fewer copies, buffers that are used again; free what is no longer needed.',
  },
  {
    pattern: /out of memory|MemoryError|heap out of memory|bad_alloc|exited with 137/i,
    name: 'memory',
    advice: 'Keep memory bounded: the candidate ran out of it.',
  },
  {
    pattern: /SyntaxError|error: expected|IndentationError|Unexpected token/,
    name: 'syntax',
    advice: 'Check that every edited file still parses: brackets, indentation and complete statements.',
  },
  {
    pattern: /ReferenceError|NameError|was not declared|is not defined/,
    name: 'undefined name',
    advice: 'Define or import every name before it is used; an edit left one without its definition.',
  },
  {
    pattern: /ModuleNotFoundError|Cannot find (module|package)|ImportError/,
    name: 'missing module',
    advice: 'Use only what is installed: the sandbox has no network and no further packages.',
  },
  {
    pattern: /TypeError|AttributeError/,
    name: 'wrong type',
    advice: 'Check the shapes and types that pass between the edited parts.',
  },
  {
    pattern: /IndexError|RangeError|out of (range|bounds)|Segmentation|SIGSEGV/i,
    name: 'out of bounds',
    advice: 'Check indices and lengths at the borders of the data.',
  },
  {
    pattern: /the constraint "([^"]+)" does not hold/,
    name: 'constraint',
    advice: 'Whatever else changes, keep the constraint: an invalid result counts for nothing.',
  },
  { pattern: /changed files that it may not/, name: 'out of bounds edit', advice: 'Change only the editable files.' },
]

const idOf = (text: string) => `lesson/${createHash('sha256').update(text).digest('hex').slice(0, 10)}`

/**
 * Lessons by rule, where no model distils them: one for an error of a known class that this run has not met, and one for a clear gain.
 * "Clear" is a tenth of the distance from the baseline that the run had covered, so that steady tuning does not fill the memory.
 */
export function lessonsByRule(attempt: Attempt, run: Run): Lesson[] {
  const known = new Set(run.lessons.map(({ id }) => id))
  return [...errorLesson(attempt), ...gainLesson(attempt, run)].filter(({ id }) => !known.has(id))
}

function errorLesson({ status, reason, attempt, idea, signs }: Attempt): Lesson[] {
  const [sign] = signs
  if (sign !== undefined) return [signLesson(sign, attempt, idea.title)]
  if (status === 'scored' || reason === null) return []
  const found = CLASSES.find(({ pattern }) => pattern.test(reason))
  if (!found) return []
  const detail = found.pattern.exec(reason)?.[1]
  const text = `${found.name}${detail ? ` ${detail}` : ''}`
  return [
    {
      id: idOf(`error ${text}`),
      kind: 'error',
      when: `An edit of this program (${text})`,
      advice: found.advice,
      evidence: [`attempt ${attempt} (${idea.title}): ${reason.split('\n').slice(0, 4).join(' ').slice(0, 500)}`],
      confidence: 0.6,
      helped: 0,
      harmed: 0,
    },
  ]
}

function signLesson(sign: string, attempt: number, title: string): Lesson {
  return {
    id: idOf(`sign ${sign}`),
    kind: 'error',
    when: 'An edit of this program',
    advice: `Do not try to get a score without earning it: ${sign}. Such an attempt is seen, and counts for nothing.`,
    evidence: [`attempt ${attempt} (${title})`],
    confidence: 0.9,
    helped: 0,
    harmed: 0,
  }
}

function gainLesson({ attempt, score, parents, idea, editor }: Attempt, run: Run): Lesson[] {
  const parent = run.attempts.find((one) => one.attempt === parents[0])
  const baseline = run.attempts[0]?.score
  if (
    score === null ||
    parent?.score == null ||
    baseline == null ||
    !better(run.task.evaluate.direction, score, parent.score)
  )
    return []
  const covered = Math.abs(parent.score - baseline)
  const gain = Math.abs(score - parent.score)
  if (gain < Math.max(0.1 * covered, 0.01 * Math.abs(baseline))) return []
  return [
    {
      id: idOf(`${run.run} gain ${attempt}`),
      kind: 'practice',
      when: `Toward the goal: ${run.task.goal.slice(0, 300)}`,
      advice: `${idea.title}. ${editor === 'model' ? idea.hypothesis : ''}`.trim(),
      evidence: [`attempt ${attempt}: ${parent.score} to ${score} (${run.task.evaluate.metric})`],
      confidence: 0.5,
      helped: 0,
      harmed: 0,
    },
  ]
}
