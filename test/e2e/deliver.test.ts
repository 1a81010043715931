import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anneal, offline, repository, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'

const all = Boolean(process.env.ANNEAL_TEST_ALL)
const unsafe = ['--json', '--sandbox', 'off']
const editor = ['--editor-command', 'sed -i "s/value = .*/value = 1$ANNEAL_ATTEMPT/" solve.mjs']
const task = (deliver: string, more = '') => ({
  ...TINY,
  'anneal.yaml': `${TINY['anneal.yaml']}deliver: ${deliver}\n${more}`,
})
const product = (folder: string) => readFileSync(join(folder, 'out.json'), 'utf8')

describe('what the best attempt makes', () => {
  it('is put in its place, checked, from the attempt that holds the title in the end', async () => {
    const check = `'node -e "const v = Number(require(\\"fs\\").readFileSync(process.env.ANNEAL_OUT + \\"/value.json\\")); process.exit(v > 5 ? 0 : 1)"'`
    const folder = repository(task(`{command: node solve.mjs, check: ${check}, file: value.json, to: out.json}`))
    const said = await anneal(folder, ['run', '--attempts', '3', ...unsafe, ...editor])
    expect(said.code, said.out + said.err).toBe(0)
    const { best, delivered } = JSON.parse(said.out)
    expect(best).toMatchObject({ attempt: 3, score: 13.5, confirmed: true })
    expect(delivered).toEqual({ attempt: 3, to: 'out.json' })
    expect(product(folder)).toBe('13.5')
    expect(said.err).toContain('attempt 0 could not be delivered: the check exited with 1')
  }, 180_000)

  const failures: [string, string, string][] = [
    ['a link', 'ln -s /etc/hostname "$ANNEAL_OUT/value.json"', 'no plain file'],
    ['nothing', 'true', 'no plain file'],
    ['an error', 'echo broken; exit 3', 'exited with 3'],
  ]
  it.each(all ? failures : failures.slice(0, 1))(
    'replaces nothing where it is %s, and says why',
    async (_, command, why) => {
      const folder = repository(task(`{command: '${command}', file: value.json, to: out.json}`))
      writeFileSync(join(folder, 'out.json'), 'before')
      const said = await anneal(folder, ['run', '--attempts', '1', ...unsafe, ...editor])
      expect(said.code, said.out + said.err).toBe(0)
      expect(said.err).toContain(why)
      expect(product(folder)).toBe('before')
      expect(JSON.parse(said.out).delivered.attempt).toBeNull()
    },
    180_000,
  )

  long(
    'is made with the GPUs that the task asks for, and with the hidden files that it shows',
    async () => {
      const command = `'cat answers.txt > "$ANNEAL_OUT/value.json"; echo "on $CUDA_VISIBLE_DEVICES" >> "$ANNEAL_OUT/value.json"'`
      const files = task(
        `{command: ${command}, shows: [answers.txt], file: value.json, to: out.json}`,
        'runner: {gpus: 1}\n',
      )
      const yaml = files['anneal.yaml'].replace('sealed: [score.mjs]', 'sealed: [score.mjs], hidden: [answers.txt]')
      const folder = repository({ ...files, 'answers.txt': '42\n', 'anneal.yaml': yaml })
      const environment = offline({ CUDA_VISIBLE_DEVICES: '5' })
      const said = await anneal(folder, ['run', '--attempts', '1', ...unsafe, ...editor], environment)
      expect(said.code, said.out + said.err).toBe(0)
      expect(product(folder)).toBe('42\non 5\n')
      expect(existsSync(join(folder, 'value.json'))).toBe(false)
    },
    180_000,
  )
})
