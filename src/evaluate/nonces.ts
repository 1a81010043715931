import { createHmac, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Trial } from '../records/trial.ts'

/**
 * A word for each trial that nobody can guess, from a secret kept in `file`: the same after a resume, since a job on a cluster may have been given it by the process
 * before. An HMAC (RFC 2104) with SHA-256.
 */
export async function noncesOf(file: string): Promise<(trial: Trial) => string> {
  if (!existsSync(file)) {
    // Whole or not there, so that a kill in the middle leaves no half of one.
    const aside = `${file}.${process.pid}.tmp`
    await writeFile(aside, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
    await rename(aside, file)
  }
  const secret = await readFile(file, 'utf8')
  if (secret.length !== 64) throw new Error(`${file} is damaged`)
  return ({ attempt, commit, stage, seed }) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([attempt, commit, stage, seed]))
      .digest('hex')
}
