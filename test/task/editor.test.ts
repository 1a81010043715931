import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AnnealError } from '../../src/records/error.ts'
import { loadTask } from '../../src/task/load.ts'

const TASK = 'goal: g\nedit: [a]\nevaluate: {command: c, metric: m, direction: maximize}\n'

function load(editor: string, overrides = {}) {
  const root = mkdtempSync(join(tmpdir(), 'anneal-task-'))
  writeFileSync(join(root, 'anneal.yaml'), `${TASK}editor: ${editor}\n`)
  return loadTask(root, undefined, overrides)
}

describe('the editor of a task', () => {
  it('may say how a model edits, and within which bounds', async () => {
    const { editor } = await load('{model: agentic, turns: 12, tokens: 300k, timeout: 5m}')
    expect(editor).toEqual({ model: 'agentic', turns: 12, tokens: 300_000, timeout: 300 })
  })

  it('is another one, and no mixture, where a flag names another', async () => {
    const { editor } = await load('{agent: codex, timeout: 5m}', { editor: { model: 'single' } })
    expect(editor).toEqual({ model: 'single' })
  })

  it.each([
    ['{model: agentik}', 'editor: write model, genetic'],
    ['gpt', 'editor: write model, genetic'],
    ['{}', 'editor: write model, genetic'],
    ['{model: single, turn: 3}', 'unknown key "turn" under editor'],
    ['{model: agentic, turns: 0}', 'editor.turns: Too small'],
  ])('that is wrong is said to be: %s', async (editor, why) => {
    const fault = await load(editor).catch((thrown: unknown) => thrown)
    expect(fault).toBeInstanceOf(AnnealError)
    expect(String(fault instanceof AnnealError && fault.why)).toContain(why)
  })
})
