const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** East Asian wide and full-width characters, and pictures: two columns each. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.\ufe0f)/u
const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
/** Latin letters, dashes, arrows and the lines of a drawing: one column each, alone and together. */
const PLAIN = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2026\u2190-\u21ff\u2500-\u259f]*$/

/** The columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += columnsOf(segment)
  return width
}

/** The start of a text that fits into `width` columns, with an ellipsis where something is left out. */
export function clip(text: string, width: number): string {
  if (width <= 0) return ''
  if (widthOf(text) <= width) return text
  let [kept, taken] = ['', 0]
  for (const { segment } of graphemes.segment(text)) {
    const columns = columnsOf(segment)
    if (taken + columns > width - 1) break
    kept += segment
    taken += columns
  }
  return `${kept}…`
}

const columnsOf = (grapheme: string): number => (NOTHING.test(grapheme) ? 0 : WIDE.test(grapheme) ? 2 : 1)
