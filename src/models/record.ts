import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** Replies that were paid for, by a digest of their request. */
export type Recording = {
  load(key: string): Promise<string | null>
  save(key: string, text: string, request: { system: string; prompt: string }): Promise<void>
}

/** Keeps each reply with its request as a file of `folder`; a file is whole or not there. */
export function fileRecord(folder: string): Recording {
  const fileOf = (key: string) => join(folder, `${key}.json`)
  return {
    async load(key) {
      const text = await readFile(fileOf(key), 'utf8').catch(() => null)
      if (text === null) return null
      const kept: unknown = JSON.parse(text)
      return typeof kept === 'object' && kept !== null && 'reply' in kept && typeof kept.reply === 'string'
        ? kept.reply
        : null
    },
    async save(key, reply, request) {
      await mkdir(folder, { recursive: true })
      const aside = `${fileOf(key)}.${process.pid}.tmp`
      const file = await open(aside, 'w')
      try {
        await file.writeFile(JSON.stringify({ ...request, reply }))
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(aside, fileOf(key))
    },
  }
}
