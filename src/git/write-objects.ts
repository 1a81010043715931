import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'

export type WriteObject = (type: 'blob' | 'tree' | 'commit', body: Buffer) => Promise<string>

const compress = promisify(deflate)

/**
 * Writes loose objects as Git does (gitformat-loose): deflated `type size NUL body`, named by the digest of that.
 * An object is whole or not there; one that stands is the same.
 */
export function objectWriter(objects: string, format: 'sha1' | 'sha256'): WriteObject {
  return async (type, body) => {
    const stored = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body])
    const id = createHash(format).update(stored).digest('hex')
    const folder = join(objects, id.slice(0, 2))
    const file = join(folder, id.slice(2))
    if (existsSync(file)) return id
    await mkdir(folder, { recursive: true })
    const aside = join(folder, `tmp_obj_${process.pid}_${serial++}`)
    await writeFile(aside, await compress(stored), { mode: 0o444 })
    await rename(aside, file)
    return id
  }
}

let serial = 0
