import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const text = rendered(process.argv.slice(2))
if (text) process.stdout.write(text)
else {
  // A folder of the user's own: the default lies in the shared temporary folder, where others could plant code.
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'anneal', 'compiled'))
  const { execute } = await import('@oclif/core')
  await execute({ dir: import.meta.url })
}

/** What oclif would print for `--version` and `--help`, rendered at build time; null where oclif has to be asked. */
function rendered(words) {
  const [last, ...rest] = words.length === 0 ? ['--help'] : words.toReversed()
  if ((last !== '--help' && last !== '--version') || (last === '--version' && rest.length > 0)) return null
  if (process.env.FORCE_COLOR !== undefined || process.env.WSL_DISTRO_NAME !== undefined) return null
  try {
    const { version, help } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'dist', 'help.json'), 'utf8'))
    const agent = `anneal/${version} ${process.platform}-${process.arch} node-${process.version}`
    if (last === '--version') return `${agent}\n`
    const page = help[rest.toReversed().join(' ')]
    const bold = process.stdout.isTTY && process.stderr.isTTY && process.stdout.hasColors()
    return page ? page[bold ? 'bold' : 'plain'].replace('{agent}', agent) : null
  } catch {
    return null
  }
}
