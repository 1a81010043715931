import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The folder that holds the program, or why it is not there. */
export type Installed = { bin: string } | { missing: string }

/** Installs an agent with npm, once for each version, in a cache outside the package. */
export async function install(name: string, spec: string): Promise<Installed> {
  const folder = join(tmpdir(), 'anneal-agents', name)
  const bin = join(folder, 'node_modules', '.bin')
  const stamp = join(folder, 'installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === spec && existsSync(join(bin, name))) return { bin }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  try {
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', spec], {
      cwd: folder,
      timeout: 240_000,
    })
  } catch (fault) {
    return { missing: `${spec} cannot be installed: ${fault instanceof Error ? fault.message.slice(0, 300) : fault}` }
  }
  writeFileSync(stamp, spec)
  return { bin }
}
