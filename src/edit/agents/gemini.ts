import { join } from 'node:path'
import type { Agent, Word } from './agent.ts'
import { errorWord, type Fields, isFields, jsonOf, numberOf, textOf, under } from './json.ts'

/** Gemini CLI. It may edit in the folder and read; commands are denied, for its sandbox wants containers. */
export const gemini: Agent = {
  program: 'gemini',
  install: 'npm install -g @google/gemini-cli',

  launch({ model, home, environment, mcp }) {
    const settings = {
      security: { auth: { selectedType: authOf(environment) } },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      ...(mcp === null ? {} : { mcpServers: { anneal: { ...mcp, trust: true } } }),
    }
    return {
      words: [
        ...['--approval-mode', 'auto_edit', '--output-format', 'stream-json', '--skip-trust', '-e', 'none'],
        ...(model === null ? [] : ['-m', model]),
      ],
      environment: { GEMINI_CLI_HOME: home },
      files: { '.gemini/settings.json': JSON.stringify(settings, null, 2) },
    }
  },

  logins: (environment) =>
    ['oauth_creds.json', 'google_accounts.json', 'installation_id'].map((name) => ({
      from: join(environment.GEMINI_CLI_HOME ?? environment.HOME ?? '/', '.gemini', name),
      to: `.gemini/${name}`,
    })),
  obeys: ['.gemini', '.env'],
  own: /^\.gemini$|^gemini-/,

  accounts: {
    folder: '.gemini/tmp',
    read(line) {
      const record = jsonOf(line)
      const tokens = under(record ?? {}, 'tokens')
      if (!record || numberOf(tokens, 'total') === 0) return []
      const usage = {
        input: numberOf(tokens, 'input'),
        cached: numberOf(tokens, 'cached'),
        output: numberOf(tokens, 'total') - numberOf(tokens, 'input'),
        usd: null,
      }
      return [{ kind: 'usage', call: textOf(record, 'id'), usage }]
    },
  },

  read(line) {
    const event = jsonOf(line)
    if (!event) return []
    switch (textOf(event, 'type')) {
      case 'message':
        return event.role === 'assistant' ? [{ kind: 'message', text: textOf(event, 'content'), part: true }] : []
      case 'tool_use':
        return [{ kind: 'progress', text: toolText(event) }]
      case 'error':
        return [errorWord(textOf(event, 'message'))]
      case 'result':
        return resultWords(event)
      default:
        return []
    }
  },
}

/** How it is to log in: by a key where one is set, else by the login that the user made. */
function authOf(environment: Readonly<Record<string, string>>): string {
  if (environment.GEMINI_API_KEY) return 'gemini-api-key'
  if (environment.GOOGLE_API_KEY || environment.GOOGLE_GENAI_USE_VERTEXAI) return 'vertex-ai'
  return 'oauth-personal'
}

function toolText(event: Fields): string {
  const input = under(event, 'parameters')
  return `${textOf(event, 'tool_name')} ${textOf(input, 'file_path') || textOf(input, 'pattern')}`.trim()
}

function resultWords(event: Fields): Word[] {
  const stats = under(event, 'stats')
  const usage = {
    input: numberOf(stats, 'input_tokens'),
    cached: numberOf(stats, 'cached'),
    // Thinking is in the total alone.
    output: Math.max(0, numberOf(stats, 'total_tokens') - numberOf(stats, 'input_tokens')),
    usd: null,
  }
  const total: Word = { kind: 'total', calls: numberOf(stats, 'tool_calls') + 1, usage }
  if (event.status === 'success') return [total, { kind: 'done' }]
  const error = event.error
  return [total, errorWord(isFields(error) ? textOf(error, 'message') : String(error ?? ''))]
}
