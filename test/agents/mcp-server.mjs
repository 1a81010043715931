// A tiny MCP server with one tool, `recall`, that notes each call in the file it was given.
import { appendFileSync } from 'node:fs'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'

const server = new McpServer({ name: 'anneal', version: '0' })
server.registerTool(
  'recall',
  { description: 'Recalls what is known.', inputSchema: { query: z.string() } },
  ({ query }) => {
    appendFileSync(process.argv[2] ?? '', `${query}\n`)
    return { content: [{ type: 'text', text: `Known of ${query}: nothing.` }] }
  },
)
await server.connect(new StdioServerTransport())
