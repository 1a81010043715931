import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { openAddress } from '../jobs/report.ts'
import { listenToSignals } from '../jobs/session.ts'
import { openPageServer } from '../page-server/server.ts'
import { openProject } from '../wiring/project.ts'

export default class Ui extends BaseCommand {
  static override summary = 'All runs of the project in the browser, live.'
  static override description =
    'Serves the report of every run on 127.0.0.1, as it stands at each moment, with controls that pause a run, stop it, set its budget, pin or ban a branch and tell the next ideas a hint. Only who has the printed address can see or order anything. Ctrl-C ends it; runs go on.'
  static override examples = [
    { description: 'Every run of the project, in your browser:', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'On a machine that you reach by SSH (ssh -L 4040:127.0.0.1:4040 HOST):',
      command: '<%= config.bin %> <%= command.id %> --port 4040 --no-open',
    },
  ]
  static override flags = {
    port: Flags.integer({
      summary: 'The port to listen on; any that is free if not given.',
      min: 0,
      max: 65_535,
      default: 0,
    }),
    open: Flags.boolean({ summary: 'Open it in the browser.', default: true, allowNo: true }),
  }

  async run() {
    const { flags } = await this.parse(Ui)
    const project = await openProject(flags.dir)
    const server = await openPageServer({
      ...{ project, port: flags.port, token: randomBytes(24).toString('base64url') },
      clock: () => performance.now(),
      wall: () => new Date(),
    })
    const signals = listenToSignals(() => undefined)
    let remove = async () => {}
    try {
      const { url, port } = server
      if (this.jsonEnabled()) this.logJson({ url, port })
      else this.log(`${url}\nCtrl-C ends it.`)
      if (flags.open && !this.jsonEnabled())
        remove = await openAddress(url, project.home, process.env, (problem) => this.note(problem))
      await new Promise((ended) => signals.finish.addEventListener('abort', ended, { once: true }))
    } finally {
      await remove()
      await server.close()
      signals.release()
    }
  }
}
