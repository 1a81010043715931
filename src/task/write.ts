import { stringify } from 'yaml'
import type { Plan } from '../records/proposal.ts'

/** A value on one line. */
const scalar = (value: string) =>
  /\s\s|[\n\r\t]/.test(value) ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trimEnd()
const list = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`

/** The text of `anneal.yaml` for a plan: its keys with a word on each, and the further ones as comments. */
export function taskText(plan: Plan): string {
  const { goal, edit, setup, execute, evaluate, metric, direction, holdout, smoke } = plan
  const block = (name: string, command: string, note: string) => [`${name}: # ${note}`, `  command: ${scalar(command)}`]
  return [
    '# What Anneal is asked. Every key is told of in docs/task-file.md of Anneal; flags of `anneal run` win over this file.',
    `goal: ${scalar(goal)}`,
    `edit: ${list(edit)} # what a candidate may change; all else is sealed`,
    ...(setup === undefined ? [] : [`setup: ${scalar(setup)} # once for each lock file`]),
    '',
    ...(execute === undefined
      ? [
          '# Where the program can run by itself and leave files in $ANNEAL_OUT, say so: then no line of it runs beside the evaluator.',
          '# execute: { command: CMD, timeout: 60s }',
        ]
      : block('execute', execute, 'runs the candidate, untrusted; its files go to $ANNEAL_OUT')),
    '',
    ...block('evaluate', evaluate, 'trusted: the only source of scores'),
    `  metric: ${scalar(metric)}`,
    `  direction: ${direction}`,
    `  timeout: ${plan.timeout ?? '5m'}`,
    `  repeats: ${plan.repeats ?? 1} # more where \`anneal check\` shows noise`,
    ...(plan.constraints === undefined ? [] : [`  constraints: ${list(plan.constraints)}`]),
    ...(plan.sealed === undefined ? [] : [`  sealed: ${list(plan.sealed)}`]),
    ...(smoke === undefined
      ? []
      : ['  smoke: # has to pass before anything is measured', `    command: ${scalar(smoke)}`, '    timeout: 5m']),
    '',
    ...(holdout === undefined
      ? [
          '# Cases that the search never meets: a champion has to be better there too. docs/evaluators.md of Anneal says how.',
          '# holdout: { command: CMD, hidden: [private/**] }',
        ]
      : [
          ...block('holdout', holdout, 'only for would-be champions; no candidate sees its files'),
          ...(plan.hidden?.length ? [`  hidden: ${list(plan.hidden)}`] : []),
        ]),
    '',
    `budget: ${stringify(plan.budget ?? { attempts: 30 }, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()} # attempts, time: 2h, cost: 5 (US dollars), tokens: 2M; whichever ends first`,
    ...(plan.more?.models === undefined
      ? [
          '# models: [{ name: NAME }] # any OpenAI-compatible server, by OPENAI_BASE_URL and OPENAI_API_KEY; none at all works too',
        ]
      : []),
    plan.more === undefined ? '' : stringify(plan.more),
  ].join('\n')
}
