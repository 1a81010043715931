import { mkdtempSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isHeld, takeLock } from '../../src/journal/lock.ts'

const lockFile = () => join(mkdtempSync(join(tmpdir(), 'anneal-lock-')), 'lock')
const foreign = JSON.stringify({ pid: 1, started: 'x:1', place: 'other-host pid:[1]' })

describe('a lock', () => {
  it('of a living process here is refused, of a dead one taken over at once, and gone when it is given back', async () => {
    const file = lockFile()
    const release = await takeLock(file)
    await expect(takeLock(file)).rejects.toMatchObject({ exit: 75 })
    await release()
    expect(await isHeld(file)).toBe(false)
    writeFileSync(file, JSON.stringify({ ...JSON.parse(foreign), place: undefined, pid: 2 ** 22 + 1 }))
    const again = await takeLock(file)
    expect(await isHeld(file)).toBe(true)
    await again()
  })

  it('of a process in another container or on another machine holds as long as it gives signs of life', async () => {
    const file = lockFile()
    writeFileSync(file, foreign)
    await expect(takeLock(file)).rejects.toMatchObject({ exit: 75, why: expect.stringContaining('other-host') })
    expect(await isHeld(file)).toBe(true)
    utimesSync(file, Date.now() / 1000 - 60, Date.now() / 1000 - 60)
    expect(await isHeld(file)).toBe(false)
    await (await takeLock(file))()
  })

  it('is written anew while it is held, and never over somebody else’s', async () => {
    const file = lockFile()
    const release = await takeLock(file, 20)
    utimesSync(file, 0, 0)
    for (let turn = 0; turn < 200 && statSync(file).mtimeMs === 0; turn++) await wait(20)
    expect(statSync(file).mtimeMs).toBeGreaterThan(0)
    // As another process takes over what it holds for dead.
    writeFileSync(`${file}.other`, foreign)
    renameSync(`${file}.other`, file)
    await wait(100)
    await release()
    expect(readFileSync(file, 'utf8')).toBe(foreign)
  })
})
