import type { PageData } from '../shape.ts'

/** Draws only when what it draws has changed: where nothing has, focus, selection and scrolling stay. */
export function whenChanged(
  pick: (data: PageData) => unknown,
  draw: (data: PageData) => void,
): (data: PageData) => void {
  let last: string | null = null
  return (data) => {
    const now = JSON.stringify(pick(data))
    if (now === last) return
    last = now
    draw(data)
  }
}
