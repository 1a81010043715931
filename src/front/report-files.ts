import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AnnealError, messageOf } from '../records/error.ts'

/** Writes a report where a file was asked for. Throws where it cannot be written. */
export const writeReport = (file: string | undefined, text: string): Promise<void> => put(writeFile, file, text)

/** Adds to a file that others write to as well. */
export const appendReport = (file: string | undefined, text: string): Promise<void> => put(appendFile, file, text)

async function put(write: typeof writeFile, file: string | undefined, text: string): Promise<void> {
  if (file === undefined) return
  try {
    await mkdir(dirname(resolve(file)), { recursive: true })
    await write(file, text)
  } catch (cause) {
    throw new AnnealError({
      what: `The report ${file} cannot be written.`,
      why: messageOf(cause),
      fix: 'Name a file in a folder that you may write to.',
      cause,
    })
  }
}
