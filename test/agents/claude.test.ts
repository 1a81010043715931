import { agentSuite, anthropic } from './suite.ts'

agentSuite({
  name: 'claude',
  spec: '@anthropic-ai/claude-code@2.1.197',
  server: anthropic,
  write: (path, text) => [
    { tool: 'Read', input: { file_path: path } },
    { tool: 'Write', input: { file_path: path, content: text } },
  ],
  config: '.claude/settings.json',
  recall: (query) => ({ tool: 'mcp__anneal__recall', input: { query } }),
})
