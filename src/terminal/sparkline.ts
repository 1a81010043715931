const BLOCKS = '▁▂▃▄▅▆▇█'

/** A line of `width` columns at most that shows how values went; a flat one where they are all the same. Where there are more values than columns, the last of each share stands for it. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length)
  const shown = Array.from(
    { length: columns },
    (_, column) => values[Math.ceil(((column + 1) * values.length) / columns) - 1] ?? 0,
  )
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  return shown
    .map((value) => BLOCKS[most > least ? Math.round(((value - least) / (most - least)) * (BLOCKS.length - 1)) : 0])
    .join('')
}

/** A bar of `width` columns that is filled to `share`, from 0 to 1. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width)
  return '█'.repeat(filled) + '░'.repeat(Math.max(0, width - filled))
}
