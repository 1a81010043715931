import { join } from 'node:path'
import type { Agent, AgentUsage, Word } from './agent.ts'
import { errorWord, type Fields, jsonOf, numberOf, openAiServer, textOf, under } from './json.ts'

/** OpenAI Codex CLI. It speaks the Responses API; commands that it runs stand in its own sandbox, which can write to the folder alone. */
export const codex: Agent = {
  program: 'codex',
  install: 'npm install -g @openai/codex',

  launch({ model, home, environment, mcp }) {
    const server = openAiServer(environment)
    const settings = [
      'sandbox_workspace_write.exclude_slash_tmp=true',
      ...(server === null
        ? []
        : [
            'model_provider="anneal"',
            `model_providers.anneal={name="anneal",base_url=${quoted(server)},wire_api="responses"${environment.OPENAI_API_KEY ? ',env_key="OPENAI_API_KEY"' : ''}}`,
          ]),
      ...(mcp === null
        ? []
        : [
            `mcp_servers.anneal={command=${quoted(mcp.command)},args=[${mcp.args.map(quoted).join(',')}],default_tools_approval_mode="approve"}`,
          ]),
    ]
    return {
      words: [
        ...['exec', '--json', '--skip-git-repo-check', '--ignore-rules', '-s', 'workspace-write'],
        ...settings.flatMap((setting) => ['-c', setting]),
        ...(model === null ? [] : ['-m', model]),
        '-',
      ],
      // `codex exec` reads its key from CODEX_API_KEY alone.
      environment: {
        CODEX_HOME: join(home, '.codex'),
        ...(environment.CODEX_API_KEY === undefined && environment.OPENAI_API_KEY
          ? { CODEX_API_KEY: environment.OPENAI_API_KEY }
          : {}),
      },
      files: { '.codex/config.toml': '' },
    }
  },

  logins: (environment) => [
    {
      from: join(environment.CODEX_HOME ?? join(environment.HOME ?? '/', '.codex'), 'auth.json'),
      to: '.codex/auth.json',
    },
  ],
  obeys: ['.codex'],
  own: /^\.codex$|^codex-/,

  accounts: {
    folder: '.codex/sessions',
    read(line) {
      const record = jsonOf(line)
      if (record?.type !== 'token_usage_record') return []
      const payload = under(record, 'payload')
      return [{ kind: 'usage', call: textOf(payload, 'response_id'), usage: usageOf(under(payload, 'usage')) }]
    },
  },

  read(line) {
    const event = jsonOf(line)
    if (!event) return []
    const item = under(event, 'item')
    switch (textOf(event, 'type')) {
      case 'item.started':
      case 'item.completed':
        return itemWords(textOf(item, 'type'), item, event.type === 'item.completed')
      case 'turn.completed':
        return [{ kind: 'usage', usage: usageOf(under(event, 'usage')) }, { kind: 'done' }]
      case 'turn.failed':
        return [errorWord(textOf(under(event, 'error'), 'message'))]
      case 'error':
        return [errorWord(textOf(event, 'message'))]
      default:
        return []
    }
  },
}

const usageOf = (usage: Fields): AgentUsage => ({
  input: numberOf(usage, 'input_tokens'),
  cached: numberOf(usage, 'cached_input_tokens'),
  output: numberOf(usage, 'output_tokens'),
  usd: null,
})

function itemWords(type: string, item: Fields, completed: boolean): Word[] {
  if (type === 'command_execution' && !completed) return [{ kind: 'progress', text: `runs ${textOf(item, 'command')}` }]
  if (!completed) return []
  if (type === 'agent_message') return [{ kind: 'message', text: textOf(item, 'text') }]
  if (type === 'file_change') return [{ kind: 'progress', text: 'changes files' }]
  if (type === 'mcp_tool_call') return [{ kind: 'progress', text: `calls ${textOf(item, 'tool')}` }]
  if (type === 'reasoning') return [{ kind: 'progress', text: textOf(item, 'text').split('\n')[0] ?? '' }]
  return []
}

/** A TOML basic string. */
const quoted = (text: string): string => JSON.stringify(text)
