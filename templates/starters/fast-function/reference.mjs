// The original function, as it was when the task began. Sealed: speed and answers are compared with it.
/**
 * The k words that are nearest to the query by Levenshtein distance (insert, delete or replace one UTF-16 unit),
 * nearest first, ties in the order of the list: [{ word, index, distance }].
 */
export function nearest(query, words, k) {
  const block = 4
  let best = []
  for (let start = 0; start < words.length; start += block) {
    const found = []
    for (let index = start; index < Math.min(start + block, words.length); index++) {
      const table = distances(query, words[index])
      check(table)
      const distance = table[query.length][words[index].length]
      found.push({ word: words[index], index, distance })
    }
    best = merge(best, found)
  }
  return best.slice(0, k)
}

/** All distances between the first i units of one text and the first j of the other. */
function distances(a, b) {
  const left = a.split('')
  const right = b.split('')
  let table = []
  for (let i = 0; i <= left.length; i++) {
    const row = []
    for (let j = 0; j <= right.length; j++) {
      if (i === 0) row.push(j)
      else if (j === 0) row.push(i)
      else {
        const same = left[i - 1] === right[j - 1] ? 0 : 1
        row.push(Math.min(table[i - 1][j] + 1, row[j - 1] + 1, table[i - 1][j - 1] + same))
      }
    }
    table = [...table, row]
  }
  table = table.map((row) => row.slice())
  return table
}

/** Neighbours in a table of distances differ by one at most. */
function check(table) {
  for (let i = 1; i < table.length; i++) {
    for (let j = 1; j < table[i].length; j++) {
      const down = table[i][j] - table[i - 1][j]
      const along = table[i][j] - table[i][j - 1]
      if (Math.abs(down) > 1 || Math.abs(along) > 1) throw new Error('the table is wrong')
    }
  }
}

function merge(best, found) {
  const all = best.concat(found).map((one) => ({ ...one }))
  all.sort((a, b) => a.distance - b.distance || a.index - b.index)
  return all
}
