/** One figure of a benchmark, with what was aimed at. */
export type Row = { what: string; figure: string; aim: string }

/** Rows as one aligned table. */
export function table(rows: readonly Row[]): string {
  const widest = (key: keyof Row) => Math.max(...rows.map((row) => row[key].length))
  const [what, figure] = [widest('what'), widest('figure')]
  return rows.map((row) => `${row.what.padEnd(what)}  ${row.figure.padStart(figure)}  ${row.aim}`.trimEnd()).join('\n')
}
