import { readFile, writeFile } from 'node:fs/promises'
import { blacken, secretsIn } from '../records/secret.ts'
import type { Runner } from './job.ts'

/** A runner whose logs and outputs hold none of the secrets that a job was given in its environment: editors get the person's own, and print what they like. */
export function discreet(runner: Runner): Runner {
  return {
    async run(job, signal) {
      const ran = await runner.run(job, signal)
      const secrets = secretsIn(job.environment)
      if (secrets.length === 0) return ran
      const log = await readFile(job.log, 'latin1').catch(() => null)
      const told = secrets.map(({ name, value }) => ({ name, value: Buffer.from(value).toString('latin1') }))
      if (log !== null && told.some(({ value }) => log.includes(value)))
        await writeFile(job.log, blacken(log, told), 'latin1')
      return { ...ran, output: blacken(ran.output, secrets), stdoutTail: blacken(ran.stdoutTail, secrets) }
    },
  }
}
