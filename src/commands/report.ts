import { join, resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { openInBrowser, reportPage, showRun, writeReport } from '../jobs/report.ts'
import { markdownReport } from '../reports/markdown.ts'
import { findRun, openProject } from '../wiring/project.ts'

export default class Report extends BaseCommand {
  static override summary = 'A run as one HTML file, to look at in a browser.'
  static override description =
    'Scores over attempts and cost, the tree of attempts with their diffs, prompts and logs, what was paid for what, and whether the result can be trusted. The file needs no network and no server. While a run goes on, the report shows it as it stands.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --open',
    '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --out report.html',
    '<%= config.bin %> <%= command.id %> --markdown >> "$GITHUB_STEP_SUMMARY"',
  ]
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }
  static override flags = {
    out: Flags.string({ summary: 'The file to write; .anneal/runs/RUN/report.html if not given.', char: 'o' }),
    open: Flags.boolean({ summary: 'Open it in the browser.', exclusive: ['markdown'] }),
    markdown: Flags.boolean({
      summary: 'A summary in Markdown instead, on standard output unless --out names a file.',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(Report)
    const project = await openProject(flags.dir)
    if (flags.markdown) {
      const { run } = await findRun(project, args.run)
      const markdown = markdownReport(run)
      if (flags.out === undefined) this.log(markdown.trimEnd())
      else await writeReport(resolve(flags.out), markdown)
      return { run: run.run, file: flags.out === undefined ? null : resolve(flags.out), markdown }
    }
    const shown = await showRun(project, args.run, new Date().toISOString())
    const text = await reportPage(shown)
    const file = flags.out === undefined ? join(project.runs, shown.run.run, 'report.html') : resolve(flags.out)
    await writeReport(file, text)
    this.log(file)
    if (flags.open) openInBrowser(file, process.env, (problem) => this.note(problem))
    const { rows, leftOut } = shown.data
    return { run: shown.run.run, file, bytes: Buffer.byteLength(text), attempts: rows.length, leftOut }
  }
}
