import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openWisdom } from '../src/wisdom.ts'

it('what an attempt was told is asked for anew where a power loss left the file of it empty', async () => {
  const home = mkdtempSync(join(tmpdir(), 'anneal-wisdom-'))
  const shipped = join(home, 'shipped')
  for (const name of ['shipped', 'attempt']) mkdirSync(join(home, name))
  const kept = join(home, 'attempt', 'recalled.json')
  writeFileSync(kept, '')
  const wisdom = await openWisdom({
    ...{ home, shipped, environment: { XDG_DATA_HOME: join(home, 'data') }, run: { name: 'r', goal: 'g' } },
    folderOf: () => join(home, 'attempt'),
    ...{ memory: true, learns: true, note: () => undefined },
  })
  const about = { attempt: 1, goal: 'g', operator: 'draft', error: '', own: [] } as const
  expect(await wisdom.recall(about)).toEqual({ pages: [], lessons: [] })
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({ pages: [], lessons: [] })
})
