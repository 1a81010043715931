import { z } from 'zod'

/** Texts of one request, and characters of one text at most: what every server takes. */
const BATCH = 64
const LONGEST = 8000

const Vector = z.object({ index: z.number().int(), embedding: z.array(z.number()).min(1) })

/**
 * The embedding model that ANNEAL_EMBEDDING_MODEL names, on the server of OPENAI_BASE_URL and OPENAI_API_KEY; null where none is named.
 * `embed` throws where the server cannot be had, after retries of its own; `heard` is told what each request took.
 */
export function openEmbeddings(
  environment: Readonly<Record<string, string | undefined>>,
  heard: (used: { model: string; input: number; seconds: number }) => void = () => undefined,
): { name: string; embed(texts: readonly string[]): Promise<number[][]> } | null {
  const model = environment.ANNEAL_EMBEDDING_MODEL
  if (!model) return null
  const connect = async () => {
    const { OpenAI } = await import('openai')
    const baseURL = environment.OPENAI_BASE_URL
    const apiKey = environment.OPENAI_API_KEY ?? 'none'
    return new OpenAI({ apiKey, maxRetries: 3, timeout: 60_000, ...(baseURL ? { baseURL } : {}) })
  }
  let client: ReturnType<typeof connect> | null = null
  return {
    name: model,
    async embed(texts) {
      client ??= connect()
      const server = await client
      const vectors: number[][] = []
      for (let at = 0; at < texts.length; at += BATCH) {
        // Servers refuse an empty text.
        const input = texts.slice(at, at + BATCH).map((text) => text.slice(0, LONGEST).trim() || '-')
        const begun = performance.now()
        const { data, usage } = await server.embeddings.create({ model, input, encoding_format: 'float' })
        // Servers that count nothing: four characters a token is the usual rule of thumb.
        const tokens = usage?.prompt_tokens ?? Math.ceil(input.reduce((sum, text) => sum + text.length, 0) / 4)
        heard({ model, input: tokens, seconds: (performance.now() - begun) / 1000 })
        const answered = z.array(Vector).length(input.length).parse(data)
        vectors.push(...answered.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding))
      }
      return vectors
    },
  }
}
