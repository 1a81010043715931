import { join } from 'node:path'
import type { Agent, Word } from './agent.ts'
import { errorWord, type Fields, jsonOf, numberOf, openAiServer, priced, textOf, under } from './json.ts'

/** opencode. It may edit in the folder and read there; commands and the network are denied, for it has no sandbox of its own. The project's own configuration is not loaded. */
export const opencode: Agent = {
  program: 'opencode',
  install: 'npm install -g opencode-ai',

  launch({ model, home, environment, mcp }) {
    const server = openAiServer(environment)
    const name = model ?? environment.ANNEAL_MODEL ?? null
    const own = server !== null && name !== null && !name.startsWith('anneal/')
    const config = {
      $schema: 'https://opencode.ai/config.json',
      autoupdate: false,
      share: 'disabled',
      permission: {
        '*': 'deny',
        read: 'allow',
        edit: 'allow',
        glob: 'allow',
        grep: 'allow',
        list: 'allow',
        todowrite: 'allow',
        external_directory: 'deny',
        bash: 'deny',
        webfetch: 'deny',
        'anneal_*': 'allow',
      },
      ...(own
        ? {
            provider: {
              anneal: {
                npm: '@ai-sdk/openai-compatible',
                options: { baseURL: server, ...(environment.OPENAI_API_KEY ? { apiKey: '{env:OPENAI_API_KEY}' } : {}) },
                models: { [name]: {} },
              },
            },
          }
        : {}),
      ...(mcp === null ? {} : { mcp: { anneal: { type: 'local', command: [mcp.command, ...mcp.args] } } }),
    }
    return {
      words: [
        // Given a title, it does not ask a model for one.
        ...['run', '--format', 'json', '--pure', '--title', 'anneal'],
        ...(name === null ? [] : ['-m', own ? `anneal/${name}` : name]),
      ],
      environment: {
        OPENCODE_CONFIG: join(home, 'opencode.json'),
        OPENCODE_CONFIG_CONTENT: null,
        OPENCODE_CONFIG_DIR: null,
        OPENCODE_DISABLE_PROJECT_CONFIG: '1',
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      },
      files: { 'opencode.json': JSON.stringify(config, null, 2) },
    }
  },

  logins: (environment) => [
    {
      from: join(environment.XDG_DATA_HOME ?? join(environment.HOME ?? '/', '.local/share'), 'opencode/auth.json'),
      to: '.local/share/opencode/auth.json',
    },
  ],
  obeys: ['.opencode', 'opencode.json', 'opencode.jsonc'],
  own: /^opencode|^\.[0-9a-f]{16}-\d+\.so$/,

  read(line) {
    const event = jsonOf(line)
    if (!event) return []
    const part = under(event, 'part')
    switch (textOf(event, 'type')) {
      case 'text':
        return [{ kind: 'message', text: textOf(part, 'text') }]
      case 'tool_use':
        return [{ kind: 'progress', text: toolText(part) }]
      case 'step_finish':
        return stepWords(part)
      case 'error':
        return [errorWord(errorText(under(event, 'error')))]
      default:
        return []
    }
  },
}

function toolText(part: Fields): string {
  const input = under(under(part, 'state'), 'input')
  return `${textOf(part, 'tool')} ${textOf(input, 'filePath') || textOf(input, 'command') || textOf(input, 'pattern')}`.trim()
}

/** The end of one call; it has done what it would where the model stopped of itself. */
function stepWords(part: Fields): Word[] {
  const tokens = under(part, 'tokens')
  const cache = under(tokens, 'cache')
  const cached = numberOf(cache, 'read')
  const usage = {
    input: numberOf(tokens, 'input') + cached + numberOf(cache, 'write'),
    cached,
    output: numberOf(tokens, 'output') + numberOf(tokens, 'reasoning'),
    usd: priced(numberOf(part, 'cost')),
  }
  return [{ kind: 'usage', usage }, ...(part.reason === 'stop' ? [{ kind: 'done' as const }] : [])]
}

function errorText(error: Fields): string {
  const data = under(error, 'data')
  const status = numberOf(data, 'statusCode')
  return [textOf(error, 'name'), status > 0 ? `status ${status}` : '', textOf(data, 'message')]
    .filter(Boolean)
    .join(': ')
}
