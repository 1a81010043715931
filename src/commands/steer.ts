import { Args, Flags } from '@oclif/core'
import { z } from 'zod'
import { BaseCommand } from '../front/base-command.ts'
import { budgetFlags, budgetOf } from '../front/task-flags.ts'
import { steerRun } from '../jobs/steer.ts'
import { AnnealError } from '../records/error.ts'
import { Steering } from '../records/steering.ts'
import { orderText, steeredLines } from '../reports/steering.ts'
import { findRun, openProject } from '../wiring/project.ts'

export default class Steer extends BaseCommand {
  static override summary = 'Steer a run: pause it, raise its budget, pin or ban a branch, add a hint.'
  static override description =
    'What you order is taken by the process that works on the run. Budgets, pins, bans and hints are also kept for a run that has stopped, until `anneal resume`. Without an order it says how the run is steered.'
  static override examples = [
    {
      description: 'Finish what runs and start nothing new; go on later:',
      command: '<%= config.bin %> <%= command.id %> --pause',
    },
    {
      description: 'Follow one branch, with more attempts:',
      command: '<%= config.bin %> <%= command.id %> --pin 12 --attempts 200',
    },
    {
      description: 'Tell the next ideas of a run something:',
      command: '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --hint "Try a spatial index."',
    },
  ]
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }
  static override flags = {
    pause: Flags.boolean({ summary: 'Finish what runs and start nothing new.', exclusive: ['resume', 'stop'] }),
    resume: Flags.boolean({ summary: 'Go on after a pause.', exclusive: ['stop'] }),
    stop: Flags.boolean({ summary: 'End the run when what runs is finished.' }),
    now: Flags.boolean({ summary: 'With --stop: at once.', dependsOn: ['stop'] }),
    pin: Flags.integer({
      helpValue: 'N',
      summary: 'Go on from this attempt and its descendants alone.',
      min: 0,
      exclusive: ['unpin'],
    }),
    unpin: Flags.boolean({ summary: 'Go on from any attempt again.' }),
    ban: Flags.integer({
      helpValue: 'N',
      summary: 'Start from this attempt and its descendants no more; may be given several times.',
      min: 0,
      multiple: true,
      multipleNonGreedy: true,
    }),
    unban: Flags.integer({ helpValue: 'N', summary: 'Lift a ban.', min: 0, multiple: true, multipleNonGreedy: true }),
    hint: Flags.string({
      helpValue: 'TEXT',
      summary: 'Tell the next ideas something; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    unhint: Flags.integer({
      helpValue: 'N',
      summary: 'Withdraw a hint by its number.',
      min: 1,
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...budgetFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Steer)
    const found = await findRun(await openProject(flags.dir), args.run)
    const budget = budgetOf(flags)
    const given = [
      ...(flags.unhint ?? []).map((hint) => ({ order: 'unhint', hint })),
      ...(flags.hint ?? []).map((text) => ({ order: 'hint', text })),
      ...(flags.unban ?? []).map((attempt) => ({ order: 'unban', attempt })),
      ...(flags.ban ?? []).map((attempt) => ({ order: 'ban', attempt })),
      ...(flags.unpin ? [{ order: 'unpin' }] : []),
      ...(flags.pin === undefined ? [] : [{ order: 'pin', attempt: flags.pin }]),
      ...(Object.keys(budget).length > 0 ? [{ order: 'budget', budget }] : []),
      ...(flags.pause ? [{ order: 'pause' }] : []),
      ...(flags.resume ? [{ order: 'resume' }] : []),
      ...(flags.stop ? [{ order: 'stop', now: flags.now }] : []),
    ]
    const orders = given.map((one) => {
      const read = Steering.safeParse(one)
      if (read.success) return read.data
      throw new AnnealError({
        what: `The order ${one.order} is not right.`,
        why: z.prettifyError(read.error),
        fix: 'See `anneal steer --help`.',
      })
    })
    const { sent, steering, waiting, atWork } = await steerRun(found, orders)
    for (const { order, fate } of sent)
      this.log(
        fate === 'taken'
          ? orderText(order)
          : `${orderText(order)}\n  ${atWork ? 'Left for the process that works on the run.' : 'Left for `anneal resume`: no process works on the run.'}`,
      )
    if (orders.length === 0) {
      const left = waiting.map((order) => `waits      ${orderText(order)}`)
      this.log([...steeredLines(steering), ...left].join('\n') || 'The run is not steered.')
    }
    const { idle: _, hinted: __, ...shown } = steering
    return {
      run: found.run.run,
      running: atWork,
      orders: sent.map(({ order, fate }) => ({ ...order, fate })),
      steering: shown,
      waiting,
    }
  }
}
