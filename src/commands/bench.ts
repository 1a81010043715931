import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { writeReport } from '../front/report-files.ts'
import { budgetFlags, budgetOf, ownFlags, ownOf } from '../front/task-flags.ts'
import { bench } from '../jobs/bench.ts'
import { listenToSignals } from '../jobs/session.ts'
import { suiteFrom } from '../jobs/suite.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { benchCsv, benchText } from '../reports/bench-text.ts'

export default class Bench extends BaseCommand {
  static override summary = 'Run settings against one another on tasks, under equal budgets.'
  static override description =
    'Every setting on every task with every seed: a whole run each, in a fresh copy of the repository. Prints means, intervals and paired comparisons. Stopped at any moment, it goes on where it was. See docs/bench.md.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> suite.yaml --csv runs.csv',
    '<%= config.bin %> <%= command.id %> --on circle-packing --vary search.strategy=bandit-tree,greedy-tree --set editor=genetic --seeds 5 --attempts 60',
  ]
  static override args = { suite: Args.string({ description: 'The suite, a YAML file; flags win over it.' }) }
  static override flags = {
    on: Flags.string({
      summary: 'A task: a starter or a repository’s folder; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SUITE',
    }),
    vary: Flags.string({
      summary: 'A key of the task file and its values; several give every combination.',
      helpValue: 'KEY=A,B',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SUITE',
    }),
    set: Flags.string({
      summary: 'A key of the task file for all runs.',
      helpValue: 'KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SUITE',
    }),
    seeds: Flags.integer({ summary: 'Runs of each setting on each task.', min: 1, helpGroup: 'SUITE' }),
    parallel: Flags.integer({ summary: 'Runs at a time; 1 if not given.', min: 1, helpGroup: 'SUITE' }),
    ...budgetFlags,
    csv: Flags.string({ summary: 'Write every attempt here, ready to plot.', helpValue: 'FILE' }),
    work: Flags.string({
      summary: 'The folder to work in; one for each suite in $XDG_STATE_HOME if not given.',
      helpValue: 'DIR',
    }),
    retry: Flags.boolean({ summary: 'Work those runs again that failed.' }),
    ...ownFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Bench)
    const suite = await suiteFrom(args.suite, { ...flags, budget: budgetOf(flags) })
    const from = args.suite === undefined ? process.cwd() : dirname(resolve(args.suite))
    const id = createHash('sha256')
      .update(JSON.stringify([from, args.suite ?? suite]))
      .digest('hex')
      .slice(0, 10)
    const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
    const work = resolve(flags.work ?? join(state, 'anneal', 'bench', `${suite.name}-${id}`))
    const own = ownOf(flags)
    const signals = listenToSignals(() => undefined)
    const stop = AbortSignal.any([signals.finish, signals.abort])
    try {
      this.note(`Works in ${work}.`)
      const report = await bench({ suite, from, work, own, retry: flags.retry }, (text) => this.note(text), stop)
      await writeReport(flags.csv, benchCsv(report.runs))
      if (report.failed === report.runs.length) process.exitCode = EXIT.noImprovement
      this.log(`\n${benchText(report)}`)
      return report
    } catch (fault) {
      if (!stop.aborted) throw fault
      throw new AnnealError({
        what: 'Stopped before all runs had ended.',
        why: 'A signal, such as Ctrl-C, stopped it.',
        fix: 'The same command goes on: what has ended is kept.',
        exit: signals.code() ?? EXIT.fault,
      })
    } finally {
      signals.release()
    }
  }
}
