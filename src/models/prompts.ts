import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Renders the prompt `name` with `values`: a variable that has no value, or a value that has no place, is a fault. */
export type Prompts = (name: string, values?: Readonly<Record<string, string>>) => string

/** The prompts under `folder`, one Markdown file each, read once. */
export function openPrompts(folder: string): Prompts {
  const texts = new Map<string, string>()
  return (name, values = {}) => {
    const text = texts.get(name) ?? readFileSync(join(folder, `${name}.md`), 'utf8')
    texts.set(name, text)
    const unused = new Set(Object.keys(values))
    const rendered = text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
      const value = values[key]
      if (value === undefined) throw new Error(`The prompt ${name} wants "${key}", which was not given.`)
      unused.delete(key)
      return value
    })
    if (unused.size > 0) throw new Error(`The prompt ${name} has no place for ${[...unused].join(', ')}.`)
    return rendered
  }
}
