#!/usr/bin/env node
// Runs src/ as it is: Node strips the types itself (22.18 or later), so nothing is built and no loader is needed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute, settings } from '@oclif/core'

const root = join(import.meta.dirname, '..')
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
settings.enableAutoTranspile = false
await execute({
  development: true,
  loadOptions: {
    root,
    ignoreManifest: true,
    pjson: {
      ...pjson,
      oclif: {
        ...pjson.oclif,
        commands: './src/commands',
        hooks: { command_not_found: './src/unknown-command.ts' },
      },
    },
  },
})
