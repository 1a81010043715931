import type { PageData } from '../shape.ts'
import { pointsOf } from './points.ts'

const [WIDTH, HEIGHT] = [300, 64]
const NAMESPACE = 'http://www.w3.org/2000/svg'

/** Best-so-far over attempts as a small line, for those who look; the chart below says it in full. Null where nothing moved. */
export function spark(data: PageData): SVGSVGElement | null {
  const best = pointsOf(data, 'attempts').flatMap(({ best }) => (best === null ? [] : [best]))
  const [low, high] = [Math.min(...best), Math.max(...best)]
  if (best.length < 2 || low === high) return null
  const across = (index: number) => (index / (best.length - 1)) * WIDTH
  const down = (value: number) => 3 + (1 - (value - low) / (high - low)) * (HEIGHT - 6)
  const steps = best.flatMap((value, index) =>
    index === 0
      ? [`M0 ${down(value).toFixed(1)}`]
      : value === best[index - 1] && index < best.length - 1
        ? []
        : [`H${across(index).toFixed(1)}V${down(value).toFixed(1)}`],
  )
  const made = document.createElementNS(NAMESPACE, 'svg')
  const line = document.createElementNS(NAMESPACE, 'path')
  for (const [name, value] of Object.entries({
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    class: 'spark',
    'aria-hidden': 'true',
  }))
    made.setAttribute(name, value)
  line.setAttribute('d', steps.join(''))
  line.setAttribute('vector-effect', 'non-scaling-stroke')
  made.append(line)
  return made
}
