import { describe, expect, it } from 'vitest'
import { anneal, repository, TINY } from '../support/cli.ts'

/** What is printed for a command line that is wrong. */
async function told(words: string[]) {
  const { code, err } = await anneal(repository(TINY), words)
  return { code, lines: err.trim().split('\n') }
}

describe('a command line that is wrong', () => {
  it.each([
    [
      ['import'],
      'The command is not whole.',
      /^Missing: format \(One of .*weco\), source \(The folder of the task\)\.$/,
    ],
    [['completion'], 'The command is not whole.', /^Missing: shell \(.*\)\.$/],
    [['guard'], 'The command is not whole.', /^The flag --base is missing\.$/],
    [['steer', '--pin', '9'], 'There is no run in this repository yet.', /gone\.$/],
    [['learn'], 'No source is named.', /\.$/],
    [['recall', ' '], 'The question is empty.', /\.$/],
    [['check', '--task', 'absent.yaml'], /^There is no task file /, /--task names it/],
  ] as const)('%j: says what, why and what to do', { timeout: 60_000 }, async (words, what, why) => {
    const { code, lines } = await told([...words])
    expect(code).toBe(2)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(new RegExp(`^Error: ${typeof what === 'string' ? what : what.source.replace('^', '')}`))
    expect(lines[1]).toMatch(why)
    expect(lines[2]).toMatch(/^What to do: .+/)
  })

  it('is not answered with a flag that is not there', { timeout: 60_000 }, async () => {
    const { lines } = await told(['report', '--no-open'])
    expect(lines.join('\n')).toMatch(/Did you mean --open\?/)
  })
})
