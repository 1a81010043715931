import { Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { appendReport, writeReport } from '../front/report-files.ts'
import { measuringFlags, overridesOf, ownFlags, ownOf, reportFlags } from '../front/task-flags.ts'
import { guard } from '../jobs/guard.ts'
import { listenToSignals } from '../jobs/session.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { annotationsText } from '../reports/annotations.ts'
import { guardAnnotation, guardMarkdown, guardSuite, guardText } from '../reports/guard-text.ts'
import { junitText } from '../reports/junit.ts'

export default class Guard extends BaseCommand {
  static override summary = 'Fail when the score of HEAD fell beyond the noise.'
  static override description =
    'Measures HEAD beside a base commit, in turns and on the same seeds, with the task and the evaluator of the base. Exits with 3 when HEAD is worse. Nothing is edited, and no model is asked.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --base origin/main',
    '<%= config.bin %> <%= command.id %> --base HEAD~1 --tolerance 0.02 --junit guard.xml',
  ]
  static override flags = {
    base: Flags.string({
      summary: 'The commit, branch or tag to hold HEAD against.',
      required: true,
      helpValue: 'REF',
    }),
    tolerance: Flags.string({
      summary: 'A fall within this share of the base’s score is none, such as 0.02 or 2%.',
      default: '0',
    }),
    ...reportFlags,
    ...measuringFlags,
    ...ownFlags,
  }

  async run() {
    const { flags } = await this.parse(Guard)
    const own = ownOf(flags)
    const signals = listenToSignals(() => undefined)
    const stop = AbortSignal.any([signals.finish, signals.abort])
    const wish = {
      folder: flags.dir,
      taskFile: flags.task,
      overrides: overridesOf(undefined, flags),
      own,
      base: flags.base,
      tolerance: shareOf(flags.tolerance),
    }
    try {
      const report = await guard(wish, (text) => this.note(text), stop)
      if (report.verdict === 'worse') process.exitCode = EXIT.noImprovement
      await writeReport(flags.junit, junitText(guardSuite(report)))
      await appendReport(flags.summary, guardMarkdown(report))
      await writeReport(flags.annotations, annotationsText([guardAnnotation(report)]))
      this.log(guardText(report))
      return report
    } catch (fault) {
      if (!stop.aborted) throw fault
      throw new AnnealError({
        what: 'Stopped before there was an answer.',
        why: 'A signal, such as Ctrl-C, stopped it.',
        fix: 'Start it again.',
        exit: signals.code() ?? EXIT.fault,
      })
    } finally {
      signals.release()
    }
  }
}

function shareOf(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text)
  const share = Number(match?.[1]) / (match?.[2] ? 100 : 1)
  if (match && share < 1) return share
  throw new AnnealError({
    what: `--tolerance: ${text} is no share.`,
    why: 'It says how far the score may fall, as a part of the base’s.',
    fix: 'Write it like 0.02 or 2%.',
  })
}
