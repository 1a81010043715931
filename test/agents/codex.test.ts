import { agentSuite, openAi } from './suite.ts'

agentSuite({
  name: 'codex',
  spec: '@openai/codex@0.169.0',
  server: openAi,
  write: (path, text) => [{ tool: 'exec_command', input: { cmd: `cat > '${path}' <<'END'\n${text}END` } }],
  config: '.codex/config.toml',
  recall: (query) => ({ tool: 'recall', namespace: 'mcp__anneal', input: { query } }),
})
