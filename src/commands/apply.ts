import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { confirm } from '../interview/confirm.ts'
import { applyAttempt, attemptPatch, deliverable, previewAttempt, writePatch } from '../jobs/apply.ts'
import { AnnealError } from '../records/error.ts'
import { applyText } from '../reports/apply-text.ts'
import { factsText } from '../reports/facts-text.ts'
import { PLAIN } from '../reports/look.ts'
import { figure } from '../reports/words.ts'
import { findAttempt, findRun, openProject } from '../wiring/project.ts'

export default class Apply extends BaseCommand {
  static override summary = 'Bring the champion, or another attempt, to your branch.'
  static override description =
    'The only command that touches your branch and files. Shows first what it would do and how far the attempt can be trusted, and on a terminal asks. Refuses, with nothing changed, where it would conflict or write over work of yours.'
  static override examples = [
    { description: 'Look first:', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    { description: 'Merge the champion without being asked:', command: '<%= config.bin %> <%= command.id %> --yes' },
    { description: 'Stage attempt 12 as one change:', command: '<%= config.bin %> <%= command.id %> 12 --squash' },
    {
      description: 'Write a patch for `git apply`:',
      command: '<%= config.bin %> <%= command.id %> --patch best.patch',
    },
  ]
  static override args = {
    attempt: Args.integer({ description: 'The number of the attempt; the best one if not given.' }),
  }
  static override flags = {
    run: Flags.string({ summary: 'The run; the newest if not given.' }),
    squash: Flags.boolean({ summary: 'Stage the change; you commit it.', exclusive: ['files', 'patch'] }),
    files: Flags.boolean({ summary: 'Change the files of your work tree alone.', exclusive: ['squash', 'patch'] }),
    patch: Flags.string({
      summary: 'Write a patch to this new file, or to standard output for -, and change nothing else.',
      helpValue: 'FILE',
      exclusive: ['squash', 'files'],
    }),
    'dry-run': Flags.boolean({ summary: 'Show what would be done, and do nothing.' }),
    yes: Flags.boolean({ summary: 'Do not ask.', char: 'y' }),
  }

  async run() {
    const { args, flags } = await this.parse(Apply)
    const project = await openProject(flags.dir)
    const { run } = await findRun(project, flags.run)
    const attempt = deliverable(findAttempt(run, args.attempt))
    const way = flags.patch !== undefined ? 'patch' : flags.squash ? 'squash' : flags.files ? 'files' : 'merge'
    const preview = await previewAttempt(project, run, attempt, way)
    this.tell(
      factsText(applyText(attempt, run, preview, way), flags.patch === '-' ? PLAIN : this.look()),
      flags.patch === '-',
    )
    const told = {
      run: run.run,
      attempt: attempt.attempt,
      commit: attempt.commit,
      score: attempt.score,
      way,
      files: preview.files,
    }
    if (preview.hindrance) throw new AnnealError(preview.hindrance)
    if (flags['dry-run']) {
      this.tell('\nNothing was done.', flags.patch === '-')
      return { ...told, result: 'nothing was done' }
    }
    if (way === 'patch') {
      const patch = await attemptPatch(project, run, attempt)
      if (flags.patch !== '-') {
        const path = await writePatch(flags.patch ?? '', patch)
        this.log(`\nwritten to ${path}`)
        return { ...told, result: `written to ${path}` }
      }
      if (this.jsonEnabled()) return { ...told, patch: patch.toString(), result: 'see patch' }
      process.stdout.write(patch)
      return told
    }
    const person = process.stdin.isTTY && process.stdout.isTTY && !flags.yes && !this.jsonEnabled()
    if (person && !preview.held && !(await confirm('\nApply it?', { input: process.stdin, output: process.stdout }))) {
      this.log('Nothing was changed.')
      return { ...told, result: 'nothing was changed' }
    }
    const result = await applyAttempt(project, run, attempt, way)
    this.log(`\nattempt ${attempt.attempt} (score ${figure(attempt.score)}): ${result}`)
    return { ...told, result }
  }

  private tell(text: string, aside: boolean) {
    if (aside) this.note(text)
    else this.log(text)
  }
}
