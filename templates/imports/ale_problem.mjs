// The problem, as its own programs tell it: a generator makes the cases and a tester scores the answers.
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compile, contest } from './contest/harness.mjs'

const TOOL_SECONDS = 60
const run = promisify(execFile)
let folder = null
const made = new Map()

/** Says where files and programs may be made. */
export function prepare(at) {
  folder = at
}

const quoted = (word) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The words that start a tool: a source is compiled once, a command is a line for the shell. */
function toolOf(kind, places) {
  const { source, command } = contest[kind]
  if (command) return ['sh', '-c', command.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? quoted(places[name]) : whole))]
  if (!made.has(kind)) made.set(kind, compile(source, folder))
  return [...made.get(kind), ...Object.values(places)]
}

const inputs = new Map()
/** The case of a seed, or a stored one, as the program reads it. */
export function inputOf(key) {
  if (!inputs.has(key)) inputs.set(key, makeInput(key))
  return inputs.get(key)
}

async function makeInput(key) {
  if (typeof key === 'string') return readFileSync(`${key}.txt`, 'utf8')
  const command = contest.gen.command ?? ''
  const options = { timeout: TOOL_SECONDS * 1000, maxBuffer: 64 * 2 ** 20 }
  try {
    if (!command.includes('{seeds}')) {
      const [program, ...words] = toolOf('gen', { seed: String(key) })
      return (await run(program, words, options)).stdout
    }
    const dir = join(folder, `in-${key}`)
    mkdirSync(dir, { recursive: true })
    const seeds = join(folder, `seeds-${key}.txt`)
    writeFileSync(seeds, `${key}\n`)
    const [program, ...words] = toolOf('gen', { seeds, dir })
    await run(program, words, options)
    return readFileSync(join(dir, '0000.txt'), 'utf8')
  } catch (error) {
    throw new Error(`the generator failed on seed ${key}: ${String(error.stderr || error.message).slice(0, 500)}`)
  }
}

/** The score of an answer, by the tester: `score = 12` on either output, or a last line that is a number. Throws on an answer that it rejects. */
export async function scoreOf(key, answer) {
  const name = String(key).replaceAll('/', '-')
  const [input, output] = [join(folder, `${name}.in`), join(folder, `${name}.out`)]
  writeFileSync(input, await inputOf(key))
  writeFileSync(output, answer)
  const [program, ...words] = toolOf('tester', { input, output })
  const ran = spawnSync(program, words, { encoding: 'utf8', timeout: TOOL_SECONDS * 1000, maxBuffer: 16 * 2 ** 20 })
  if (ran.error) throw new Error(`the tester did not run: ${ran.error.message}`)
  const said = `${ran.stderr}\n${ran.stdout}`.trim()
  if (ran.status !== 0) throw new Error(said.slice(0, 300) || `the tester ended with exit code ${ran.status}`)
  const named = [...said.matchAll(/score\s*[:=]\s*([-+]?[\d_,.]+(?:e[-+]?\d+)?)/gi)].at(-1)?.[1]
  const last = ran.stdout.trim().split('\n').at(-1)?.trim() ?? ''
  const score = Number((named ?? last).replace(/[,_]/g, ''))
  if ((named ?? last) === '' || !Number.isFinite(score)) throw new Error(`the tester gave no score: ${said.slice(0, 300)}`)
  if (score === 0 && contest.zero_is_wrong) throw new Error(said.replace(/score\s*[:=]\s*0\b/gi, '').trim().slice(0, 300) || 'the tester gives it 0')
  return score
}
