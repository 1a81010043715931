import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** Replies that were paid for, by a digest of their request. */
export type Recording = {
  load(key: string, purpose: string): Promise<string | null>
  save(key: string, text: string, request: Asked): Promise<void>
}
type Asked = { purpose: string; system: string; prompt: string }

const Kept = z.object({ reply: z.string(), purpose: z.string(), order: z.number() })
type Kept = z.infer<typeof Kept>

/** Keeps each reply with its request as a file of `folder`; a file is whole or not there. */
export function fileRecord(folder: string): Recording {
  const fileOf = (key: string) => join(folder, `${key}.json`)
  return {
    load: async (key) => (await keptIn(fileOf(key)))?.reply ?? null,
    async save(key, reply, request) {
      await mkdir(folder, { recursive: true })
      const order = (await readdir(folder)).filter((name) => name.endsWith('.json')).length
      const aside = `${fileOf(key)}.${process.pid}.tmp`
      const file = await open(aside, 'w')
      try {
        await file.writeFile(JSON.stringify({ ...request, reply, order }))
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(aside, fileOf(key))
    },
  }
}

/**
 * The record of an attempt that goes on from another run's: what the attempt has asked itself, else the next reply for the same purpose in the order in which
 * they came there. Prompts need not agree to the letter: ids and times in them differ from run to run.
 */
export function replayRecord(own: Recording, folder: string): Recording {
  let left: Promise<Kept[]> | null = null
  return {
    ...own,
    async load(key, purpose) {
      const kept = await own.load(key, purpose)
      if (kept !== null) return kept
      left ??= repliesIn(folder)
      const replies = await left
      const at = replies.findIndex((one) => one.purpose === purpose)
      return at < 0 ? null : (replies.splice(at, 1)[0]?.reply ?? null)
    },
  }
}

/**
 * Where the replies of each attempt are kept under `logs`, and found again; where a run is repeated, those under `replayed` too. `saved` hears of each that is on
 * the disk.
 */
export function recordsUnder(logs: string, replayed: string | null, saved: () => void): (attempt: number) => Recording {
  const records = new Map<number, Recording>()
  return (attempt) => {
    const folder = join(String(attempt), 'calls')
    const own = fileRecord(join(logs, folder))
    const record = records.get(attempt) ?? (replayed === null ? own : replayRecord(own, join(replayed, folder)))
    records.set(attempt, record)
    return {
      load: record.load,
      save: async (...given) => {
        await record.save(...given)
        saved()
      },
    }
  }
}

async function repliesIn(folder: string): Promise<Kept[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
  const kept = await Promise.all(names.map((name) => keptIn(join(folder, name))))
  return kept.flatMap((one) => one ?? []).toSorted((a, b) => a.order - b.order)
}

const Turn = z.object({
  text: z.string(),
  calls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })),
  tokens: z.number(),
})

/** A turn of a conversation out of its record. */
export const repliedOf = (text: string | null): z.infer<typeof Turn> | null =>
  text === null ? null : Turn.parse(JSON.parse(text))

async function keptIn(file: string): Promise<Kept | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  return text === null ? null : (Kept.safeParse(JSON.parse(text)).data ?? null)
}
