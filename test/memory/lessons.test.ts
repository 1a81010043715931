import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openLedger } from '../../src/memory/ledger.ts'
import { exportLessons, forgetLessons, importLessons, listLessons, openMemory } from '../../src/memory/lessons.ts'
import { areAlike, openWordIndex } from '../../src/memory/likeness.ts'
import { addLine, emptyFold, foldLines, isForgotten, type Line, worth } from '../../src/memory/lines.ts'
import type { Lesson } from '../../src/records/lesson.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const lesson = (id: string, more: Partial<Lesson> = {}): Lesson => ({
  id: `lesson/${id}`,
  kind: 'practice',
  when: `Packing circles ${id}`,
  advice: `Start from a hexagonal grid of ${id}s, ${id}like and ${id}ish`,
  evidence: [`attempt 1 of ${id}`],
  confidence: 0.5,
  helped: 0,
  harmed: 0,
  ...more,
})
const DISTINCT = ['alder', 'birch', 'cedar', 'dogwood', 'elm', 'fir', 'ginkgo', 'hazel', 'ivory', 'juniper']

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-memory-'))
  const files = { project: join(folder, 'project.jsonl'), user: join(folder, 'data', 'user.jsonl') }
  const run = (name: string, goal = 'Pack circles in a square') => openMemory({ ...files, run: { name, goal } })
  const ids = async (name: string, text = 'pack circles') =>
    (await run(name).recall({ text, limit: 10 })).map(({ id }) => id)
  return { files, run, ids }
}

describe('lessons across runs', () => {
  it('serve the run that learned them at once, and another only once something has proven them', async () => {
    const { run, ids } = place()
    await run('one').learn([lesson('alder')], 'none')
    expect(await ids('one')).toEqual(['lesson/alder'])
    expect(await ids('two')).toEqual([])
    await run('one').credit(['lesson/alder'], 'better', 'one/2')
    expect(await ids('two')).toEqual(['lesson/alder'])
  })

  it.each([
    ['a measured gain', { kind: 'practice' }, 'better'],
    ['a failure', { kind: 'error' }, 'worse'],
  ] as const)('are proven by %s', async (_, more, outcome) => {
    const { run, ids } = place()
    await run('one').learn([lesson('alder', more)], outcome)
    expect(await ids('two')).toEqual(['lesson/alder'])
  })

  it('serve all projects of the user once they have helped in two runs', async () => {
    const { run, files } = place()
    const elsewhere = openMemory({ project: `${files.project}.other`, user: files.user, run: { name: 'x', goal: 'g' } })
    const there = async () => (await elsewhere.recall({ text: 'pack circles', limit: 5 })).length
    await run('one').learn([lesson('alder')], 'better')
    await run('one').credit(['lesson/alder'], 'better', 'one/2')
    await run('one').credit(['lesson/alder'], 'better', 'one/3')
    expect(await there()).toBe(0)
    await run('two').learn([lesson('alder', { evidence: ['attempt 4 of two'] })], 'better')
    expect(await there()).toBe(1)
    expect((await listLessons(files)).map(({ scope }) => scope).toSorted()).toEqual(['project', 'user'])
  })

  it('that say the same are merged with their evidence, and credit for either counts', async () => {
    const { run, files } = place()
    const [first] = await run('one').learn([lesson('alder')], 'better')
    const twin = { ...lesson('alder'), id: 'lesson/twin', when: 'Packing the circles, alder', evidence: ['attempt 9'] }
    const [second] = await run('two').learn([twin], 'better')
    expect(second?.id).toBe(first?.id)
    await run('two').credit(['lesson/twin'], 'better', 'two/10')
    const kept = (await listLessons(files)).filter(({ scope }) => scope !== 'user')
    expect(kept).toHaveLength(1)
    expect(kept[0]?.lesson).toMatchObject({
      id: 'lesson/alder',
      helped: 1,
      evidence: ['attempt 1 of alder', 'attempt 9'],
    })
  })

  it('of different kinds, or with different numbers, stay apart', () => {
    expect(areAlike(lesson('alder'), lesson('alder', { kind: 'error' }))).toBe(false)
    const bound = (n: number) => lesson('alder', { advice: `Keep the number of rounds below ${n} whatever happens` })
    expect(areAlike(bound(100), bound(200))).toBe(false)
    expect(areAlike(bound(100), bound(100))).toBe(true)
  })

  it('that helped come before those that failed, and what keeps failing is forgotten', async () => {
    const { run, ids } = place()
    await run('one').learn([lesson('alder'), lesson('birch')], 'better')
    await run('one').credit(['lesson/birch'], 'better', 'one/1')
    await run('one').credit(['lesson/alder'], 'worse', 'one/2')
    expect(await ids('one')).toEqual(['lesson/birch', 'lesson/alder'])
    for (let attempt = 3; attempt < 30; attempt++) await run('one').credit(['lesson/alder'], 'worse', `one/${attempt}`)
    expect(await ids('one')).toEqual(['lesson/birch'])
    const told = await run('one').recall({ text: 'x', limit: 5, first: [lesson('alder'), lesson('new')] })
    expect(told.map(({ id }) => id)).toEqual(['lesson/new'])
  })

  it('count an attempt once, however often it is noted', async () => {
    const { run, files } = place()
    await run('one').learn([lesson('alder')], 'better')
    for (let turn = 0; turn < 3; turn++) await run('one').credit(['lesson/alder'], 'better', 'one/5')
    expect((await listLessons(files))[0]?.lesson.helped).toBe(1)
  })

  it('are found by the error behind them', async () => {
    const { run } = place()
    const evidence = ['attempt 3: ZeroDivisionError: float division by zero in overlap()']
    await run('one').learn([lesson('alder'), lesson('birch', { kind: 'error', evidence })], 'worse')
    const found = await run('one').recall({ text: 'ZeroDivisionError: division by zero', limit: 3, kinds: ['error'] })
    expect(found.map(({ id }) => id)).toEqual(['lesson/birch'])
  })

  it('never hold a secret', async () => {
    const { run, files } = place()
    const secrets = [
      'sk-proj-abcdefghijklmnopqrstuvwx',
      'AKIAIOSFODNN7EXAMPLE',
      'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----',
      'api_key = "c2VjcmV0LXRva2VuLTEyMzQ1"',
      'https://me:hunter2hunter2@host/x',
    ]
    for (const [index, secret] of secrets.entries())
      await run('one').learn(
        [lesson(DISTINCT[index] ?? '', { advice: `Use ${secret} there`, evidence: [secret] })],
        'better',
      )
    const text = readFileSync(files.project, 'utf8')
    for (const hidden of ['abcdefghijklmnopqrstuvwx', 'AKIAIOSFODNN7', 'MIIEpAIBAAKCAQEA', 'c2VjcmV0', 'hunter2'])
      expect(text).not.toContain(hidden)
    expect(await listLessons(files)).toHaveLength(secrets.length)
  })

  it('do without a place for the user’s own', async () => {
    const { files } = place()
    const memory = openMemory({ project: files.project, user: null, run: { name: 'one', goal: 'g' } })
    await memory.learn([lesson('alder')], 'better')
    await memory.credit(['lesson/alder'], 'better', 'one/1')
    expect(existsSync(files.user)).toBe(false)
  })
})

describe('a file of lessons', () => {
  it('is read on where another process has appended, and anew where it was replaced', async () => {
    const { run, files } = place()
    const memory = run('one')
    await memory.learn([lesson('alder')], 'better')
    const names = async () => (await memory.recall({ text: 'pack circles', limit: 9 })).map(({ id }) => id).toSorted()
    expect(await names()).toEqual(['lesson/alder'])
    await run('two').learn([lesson('birch')], 'better')
    expect(await names()).toEqual(['lesson/alder', 'lesson/birch'])
    const text = readFileSync(files.project, 'utf8')
    rmSync(files.project)
    expect(await names()).toEqual([])
    writeFileSync(files.project, text.split('\n').slice(1).join('\n'))
    expect(await names()).toEqual(['lesson/birch'])
  })

  it('survives torn and foreign lines, which spoil no other', async () => {
    const { run, files } = place()
    await run('one').learn([lesson('alder')], 'better')
    appendFileSync(files.project, '{"type":"learned","lesson":{"id":"les')
    await run('one').learn([lesson('birch')], 'better')
    appendFileSync(files.project, 'garbage\n\u0000\n{"type":"unknown"}\n[]\n')
    await run('one').learn([lesson('cedar')], 'better')
    const found = await run('one').recall({ text: 'pack circles', limit: 9 })
    expect(found.map(({ id }) => id).toSorted()).toEqual(['lesson/alder', 'lesson/birch', 'lesson/cedar'])
  })

  it('waits for the rest of a line that is being written', async () => {
    const { files, run } = place()
    const ledger = openLedger(files.project)
    const line = JSON.stringify({ type: 'learned', lesson: lesson('älder') })
    const bytes = Buffer.from(`${line}\n`)
    const cut = bytes.indexOf(0xc3) + 1
    writeFileSync(files.project, bytes.subarray(0, cut))
    expect((await ledger.now()).fold.standing.size).toBe(0)
    appendFileSync(files.project, bytes.subarray(cut))
    expect([...(await ledger.now()).fold.standing.keys()]).toEqual(['lesson/älder'])
    expect(await run('one').recall({ text: 'pack circles', limit: 1 })).toHaveLength(1)
  })

  it('loses nothing that several processes append at once', async () => {
    const { files } = place()
    const script = `import { openLedger } from ${JSON.stringify(join(ROOT, 'src/memory/ledger.ts'))}
      const ledger = openLedger(${JSON.stringify(files.project)})
      for (let n = 0; n < 200; n++)
        await ledger.append([{ type: 'learned', lesson: { ...${JSON.stringify(lesson('x'))}, id: 'lesson/' + process.argv[1] + '-' + n, advice: 'x'.repeat(3000) }, run: null, goal: '', like: null, proven: true }])`
    await Promise.all(
      ['a', 'b', 'c', 'd'].map(
        (name) =>
          new Promise((resolve) =>
            spawn(process.execPath, ['--input-type=module', '-e', script, name], { stdio: 'inherit' }).on(
              'close',
              resolve,
            ),
          ),
      ),
    )
    expect(foldLines(readFileSync(files.project, 'utf8')).standing.size).toBe(800)
  })

  it('answers in a few milliseconds with 5,000 lessons', async () => {
    const { files, run } = place()
    const words = Array.from({ length: 2000 }, (_, n) => `word${n}`)
    const text = (n: number) => Array.from({ length: 30 }, (_, k) => words[(n * 7 + k * k * 13) % 2000]).join(' ')
    const lines = Array.from({ length: 5000 }, (_, n) =>
      JSON.stringify({ type: 'learned', lesson: lesson(String(n), { when: text(n), advice: text(n + 1) }) }),
    )
    writeFileSync(files.project, `${lines.join('\n')}\n`)
    const memory = run('one')
    await memory.recall({ text: text(1), limit: 6 })
    const times: number[] = []
    for (let turn = 0; turn < 20; turn++) {
      const began = performance.now()
      expect(await memory.recall({ text: text(turn), limit: 6 })).toHaveLength(6)
      times.push(performance.now() - began)
    }
    expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(50)
  })
})

describe('exported lessons', () => {
  it('come back as they were, once', async () => {
    const { run, files } = place()
    await run('one').learn([lesson('alder'), lesson('birch', { kind: 'error' })], 'better')
    await run('one').credit(['lesson/alder'], 'better', 'one/1')
    await run('one').learn([lesson('cedar')], 'better')
    await forgetLessons(files, ['lesson/cedar'])
    const text = exportLessons(await listLessons({ ...files, user: null }))
    const other = place()
    expect(await importLessons(other.files.project, text)).toMatchObject({ known: [], wrong: [] })
    expect(await importLessons(other.files.project, `${text}nonsense\n`)).toMatchObject({ added: [], wrong: [3] })
    const back = (await listLessons({ ...other.files, user: null })).map((one) => one.lesson)
    const was = (await listLessons({ ...files, user: null })).filter((one) => !one.forgotten).map((one) => one.lesson)
    expect(back).toEqual(was)
  })

  it('that were forgotten here are wanted again when a person brings them', async () => {
    const { run, files, ids } = place()
    await run('one').learn([lesson('alder')], 'better')
    const text = exportLessons(await listLessons(files))
    await forgetLessons(files, ['lesson/alder'])
    await run('two').learn([lesson('alder', { evidence: ['again'] })], 'better')
    expect(await ids('one')).toEqual([])
    await importLessons(files.project, text)
    expect(await ids('one')).toEqual(['lesson/alder'])
  })
})

const anyLesson = fc.record({
  id: fc.constantFrom('lesson/a', 'lesson/b', 'lesson/c'),
  kind: fc.constantFrom('error' as const, 'practice' as const, 'fact' as const),
  when: fc.string(),
  advice: fc.string(),
  evidence: fc.array(fc.string(), { maxLength: 3 }),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  helped: fc.nat(5),
  harmed: fc.nat(5),
})
const anyLine: fc.Arbitrary<Line> = fc.oneof(
  fc.record({
    type: fc.constant('learned' as const),
    lesson: anyLesson,
    run: fc.constantFrom(null, 'one', 'two'),
    goal: fc.constantFrom('', 'g'),
    like: fc.constantFrom(null, 'lesson/a'),
    proven: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('shown' as const),
    ids: fc.array(fc.constantFrom('lesson/a', 'lesson/b', 'lesson/none')),
    outcome: fc.constantFrom('better' as const, 'worse' as const),
  }),
  fc.record({ type: fc.constant('forgotten' as const), ids: fc.array(fc.constantFrom('lesson/b', 'lesson/none')) }),
)

describe('the fold over lines', () => {
  it('is the same in one go, line by line, and with torn lines between', () => {
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const step = emptyFold()
        for (const line of lines) addLine(step, line)
        const text = lines.map((line) => JSON.stringify(line)).join('\n')
        const torn = lines.map((line) => `${JSON.stringify(line)}\n{"type":"le`).join('\n')
        expect(foldLines(text).standing).toEqual(step.standing)
        expect(foldLines(torn).standing).toEqual(step.standing)
      }),
    )
  })

  it('never takes credit or evidence away, and keeps its bounds', () => {
    fc.assert(
      fc.property(fc.array(anyLine), anyLine, (lines, last) => {
        const fold = emptyFold()
        for (const line of lines) addLine(fold, line)
        const before = new Map(fold.standing)
        addLine(fold, last)
        for (const [id, { lesson: was, proven }] of before) {
          const now = fold.standing.get(id)
          expect(now).toBeDefined()
          expect(now?.lesson.helped).toBeGreaterThanOrEqual(was.helped)
          expect(now?.lesson.harmed).toBeGreaterThanOrEqual(was.harmed)
          expect(now?.lesson.evidence.length).toBeGreaterThanOrEqual(Math.min(was.evidence.length, 1))
          expect(now?.lesson.evidence.length).toBeLessThanOrEqual(10)
          if (proven) expect(now?.proven).toBe(true)
        }
      }),
    )
  })

  it('gives a worth between 0 and 1 that rises with help and falls with harm', () => {
    fc.assert(
      fc.property(anyLesson, (one) => {
        expect(worth(one)).toBeGreaterThanOrEqual(0)
        expect(worth(one)).toBeLessThanOrEqual(1)
        expect(worth({ ...one, helped: one.helped + 1 })).toBeGreaterThanOrEqual(worth(one))
        expect(worth({ ...one, harmed: one.harmed + 1 })).toBeLessThanOrEqual(worth(one))
      }),
    )
  })

  it('forgets nothing that has not failed often', () => {
    fc.assert(
      fc.property(anyLesson, (one) => {
        expect(isForgotten({ lesson: one, runs: [], goals: [], proven: true, forgotten: false })).toBe(false)
      }),
    )
  })
})

describe('the index of words', () => {
  it('ranks as a fresh one does after any changes', () => {
    const texts = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('red fish', 'blue fish', 'red sea sea', '')),
    )
    fc.assert(
      fc.property(texts, (changes) => {
        const [index, fresh] = [openWordIndex(), openWordIndex()]
        for (const [id, text] of changes) index.set(id, text)
        for (const [id, text] of new Map(changes)) fresh.set(id, text)
        const ranked = (one: typeof index) => [...one.rank('red fish')].toSorted(([a], [b]) => (a < b ? -1 : 1))
        expect(ranked(index)).toEqual(ranked(fresh))
        for (const id of ['a', 'b', 'c']) index.delete(id)
        expect(index.rank('red fish sea blue').size).toBe(0)
      }),
    )
  })
})
