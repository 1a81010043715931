// Serves one implementation over a pipe: a batch of cases a line in, their answers a line out.
import { createInterface } from 'node:readline'

const { nearest } = await import(new URL(process.argv[2], import.meta.url))
for await (const line of createInterface({ input: process.stdin })) {
  const answers = JSON.parse(line).map(({ query, words, k }) => nearest(query, words, k))
  process.stdout.write(`${JSON.stringify(answers)}\n`)
}
