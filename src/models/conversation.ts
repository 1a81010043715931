/** One thing that a model asks to have done. `arguments` is JSON as the model wrote it. */
export type ToolCall = { id: string; name: string; arguments: string }

/** One piece of a conversation with a model, whatever the protocol. `call` is the id of the call that a result belongs to. */
export type Message =
  | { role: 'user'; text: string }
  | { role: 'model'; text: string; calls: readonly ToolCall[] }
  | { role: 'tool'; call: string; text: string }

/** A tool that a model may call; `parameters` is a JSON schema. */
export type Tool = { name: string; description: string; parameters: Record<string, unknown> }

/** Characters of a conversation, for what is kept back before it is sent. */
export const lengthOf = (messages: readonly Message[], tools: readonly Tool[]): number =>
  messages.reduce(
    (sum, message) =>
      sum +
      message.text.length +
      (message.role === 'model'
        ? message.calls.reduce((all, one) => all + one.name.length + one.arguments.length, 0)
        : 0),
    0,
  ) + (tools.length > 0 ? JSON.stringify(tools).length : 0)

/** What was said since the model's last word, as one text: what a record of the call shows. */
export function latestOf(messages: readonly Message[]): string {
  const last = messages.findLastIndex(({ role }) => role === 'model')
  return messages
    .slice(last + 1)
    .map(({ text }) => text)
    .join('\n\n')
}
