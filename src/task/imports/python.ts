import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

/** The Python packages that a folder asks for, as a line of what is not carried over; none where it asks for none. */
export async function packagesOf(source: string, names: readonly string[]): Promise<string[]> {
  if (!names.includes('requirements.txt')) return []
  const text = await readFile(join(source, 'requirements.txt'), 'utf8')
  const packages = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
  return packages.length === 0 ? [] : [`Python packages, which python3 must already have: ${packages.join(', ')}`]
}

/** The value of a YAML text as Python's reader sees it, which lets the lines of a quoted text start anywhere and a key come twice. Throws on what is no YAML. */
export function pythonYaml(text: string): unknown {
  const indented = text.replace(/(?<=:[ \t]*)"(?:[^"\\]|\\.)*"/gs, (quoted) =>
    quoted.replace(/\n[ \t]*(?=\S)/g, `\n${' '.repeat(40)}`),
  )
  return parse(indented, { uniqueKeys: false, logLevel: 'error' })
}
