import { join } from 'node:path'
import type { Agent, AgentUsage, Word } from './agent.ts'
import { errorWord, type Fields, isFields, jsonOf, listOf, numberOf, priced, textOf, under } from './json.ts'

/** Claude Code. It may edit in the folder and read; other commands are denied. The project's own settings are not loaded, for an attempt could have written hooks into them. */
export const claude: Agent = {
  program: 'claude',
  install: 'npm install -g @anthropic-ai/claude-code',

  launch({ model, home, mcp }) {
    return {
      words: [
        ...[
          '-p',
          '--output-format',
          'stream-json',
          '--verbose',
          '--include-partial-messages',
          '--permission-mode',
          'acceptEdits',
        ],
        ...['--setting-sources', 'user', '--no-session-persistence', '--strict-mcp-config'],
        ...['--tools', 'Bash,Edit,Glob,Grep,Read,Write'],
        ...(mcp === null
          ? []
          : [
              ...['--mcp-config', JSON.stringify({ mcpServers: { anneal: { type: 'stdio', ...mcp } } })],
              ...['--allowedTools', 'mcp__anneal'],
            ]),
        ...(model === null ? [] : ['--model', model]),
      ],
      environment: {
        CLAUDE_CONFIG_DIR: join(home, '.claude'),
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        // Else it takes itself for a child of the session in which Anneal was started.
        CLAUDECODE: null,
        CLAUDE_CODE_ENTRYPOINT: null,
      },
      files: {},
    }
  },

  logins: (environment) => [
    {
      from: join(environment.CLAUDE_CONFIG_DIR ?? join(environment.HOME ?? '/', '.claude'), '.credentials.json'),
      to: '.claude/.credentials.json',
    },
  ],
  obeys: ['.claude', '.mcp.json'],
  own: /^\.claude(\.json.*)?$|^claude-/,

  read(line) {
    const event = jsonOf(line)
    if (!event) return []
    switch (textOf(event, 'type')) {
      case 'system':
        return event.subtype === 'api_retry' ? retryWords(event) : []
      case 'assistant':
        return messageWords(under(event, 'message'))
      case 'stream_event':
        return streamWords(under(event, 'event'))
      case 'result':
        return resultWords(event)
      default:
        return []
    }
  },
}

/** It tries again with a refused key too, for minutes; thrice is enough, for a login may want to be renewed. */
function retryWords(event: Fields): Word[] {
  const status = numberOf(event, 'error_status')
  const text = `${textOf(event, 'error')}, status ${status}`
  const refused = (status === 401 || status === 403) && numberOf(event, 'attempt') >= 3
  return refused ? [{ kind: 'error', text, refused }] : [{ kind: 'progress', text: `tries again after: ${text}` }]
}

/** The end of a message is the only place where its output is counted; it comes without the message's id. */
function streamWords(event: Fields): Word[] {
  const output = numberOf(under(event, 'usage'), 'output_tokens')
  if (event.type !== 'message_delta' || output === 0) return []
  return [{ kind: 'usage', usage: { input: 0, cached: 0, output, usd: null } }]
}

/** One message, or a part of one: its input is known, its output not yet. */
function messageWords(message: Fields): Word[] {
  const usage = { ...usageOf(under(message, 'usage')), output: 0 }
  return [
    ...(usage.input > 0 ? [{ kind: 'usage' as const, call: textOf(message, 'id'), usage }] : []),
    ...listOf(message, 'content').flatMap(partWords),
  ]
}

function usageOf(usage: Fields): AgentUsage {
  const cached = numberOf(usage, 'cache_read_input_tokens')
  const fresh = numberOf(usage, 'input_tokens') + numberOf(usage, 'cache_creation_input_tokens')
  return { input: fresh + cached, cached, output: numberOf(usage, 'output_tokens'), usd: null }
}

function partWords(part: Fields): Word[] {
  if (part.type === 'text') return [{ kind: 'message', text: textOf(part, 'text') }]
  if (part.type !== 'tool_use') return []
  const input = under(part, 'input')
  const about = textOf(input, 'file_path') || textOf(input, 'command') || textOf(input, 'pattern')
  return [{ kind: 'progress', text: `${textOf(part, 'name')} ${about}`.trim() }]
}

/** The last event. `modelUsage` counts every model that was called; `usage` the main one alone. */
function resultWords(event: Fields): Word[] {
  const named = under(event, 'modelUsage')
  const models = Object.values(named).filter(isFields)
  const sum = (...keys: string[]) =>
    models.reduce((total, one) => keys.reduce((partial, key) => partial + numberOf(one, key), total), 0)
  const counted: AgentUsage =
    models.length === 0
      ? usageOf(under(event, 'usage'))
      : {
          input: sum('inputTokens', 'cacheCreationInputTokens', 'cacheReadInputTokens'),
          cached: sum('cacheReadInputTokens'),
          output: sum('outputTokens'),
          usd: null,
        }
  // For a model that it does not know it guesses a price, and its own are all called Claude.
  const known = Object.keys(named).every((name) => /claude/i.test(name))
  const usage = { ...counted, usd: known ? priced(numberOf(event, 'total_cost_usd')) : null }
  const words: Word[] = [{ kind: 'total', calls: numberOf(event, 'num_turns'), usage }]
  const failed = event.is_error === true || (textOf(event, 'subtype') || 'success') !== 'success'
  if (failed) return [...words, errorWord(textOf(event, 'result') || textOf(event, 'subtype'))]
  return [...words, { kind: 'message', text: textOf(event, 'result') }, { kind: 'done' }]
}
