import uPlot from 'uplot'
import type { PageData } from '../shape.ts'
import { element, fill } from './element.ts'
import type { Part, Seat } from './part.ts'
import { type Point, pointsOf, rangeOf, type Scale, scalesOf } from './points.ts'
import { pointsTable } from './points-table.ts'
import { count, duration, figure, money, origin, plural, short } from './text.ts'
import { colour } from './theme.ts'

const NEAR = 24
/** Pixels below the scores, where failed and rejected attempts stand. */
const STRIP = 26
const NAMES: Record<Scale, string> = { attempts: 'attempts', dollars: 'dollars', tokens: 'tokens', time: 'time' }

/** Scores over attempts or over what they cost. The points can be walked through by keyboard; the same stands below as a table. */
export function chartPart(seat: Seat): Part & { redraw(): void } {
  const scales = element('fieldset', { class: 'choice' })
  const legend = element('ul', { class: 'legend' })
  const canvas = element('div', { class: 'canvas', 'aria-hidden': true })
  const readout = element('div', { class: 'readout', hidden: true })
  const walker = element('div', {
    class: 'plot',
    role: 'slider',
    tabindex: 0,
    'aria-label': 'Attempts on the chart: arrow keys walk through them, Enter opens one',
  })
  walker.append(canvas, readout)
  const note = element('p', { class: 'note' })
  const table = pointsTable(seat)
  const node = element(
    'section',
    { id: 'progress', class: 'panel', 'aria-labelledby': 'progress-name' },
    element('div', { class: 'title-row' }, element('h2', { id: 'progress-name' }, 'Progress'), scales),
    legend,
    walker,
    note,
    table.node,
  )

  let data: PageData | null = null
  let scale: Scale = 'attempts'
  let shown: Drawn = { points: [], range: null, best: null }
  let plot: uPlot | null = null
  let at = -1

  const columns = (): uPlot.AlignedData => [shown.points.map(({ x }) => x), shown.points.map(({ best }) => best)]

  /** Draws anew from the ground: another scale, other colours. */
  function draw() {
    take()
    plot?.destroy()
    plot = null
    if (shown.range)
      plot = new uPlot(
        optionsOf(scale, () => shown, canvas.clientWidth || 600),
        columns(),
        canvas,
      )
    settle()
  }

  /** Takes more points into the chart as it stands; who has zoomed in stays there. */
  function redraw() {
    const last = shown.points.at(-1)?.x ?? 0
    const { min, max } = plot?.scales.x ?? {}
    const zoomed = min != null && max != null && (min > (shown.points[0]?.x ?? 0) || max < last)
    const empty = shown.range === null
    take()
    if (!plot || empty || !shown.range) return draw()
    plot.setData(columns(), !zoomed)
    if (zoomed) plot.redraw()
    settle()
  }

  function take() {
    if (!data) return
    const points = pointsOf(data, scale)
    shown = { points, range: rangeOf(points, data.about.direction), best: data.best?.attempt ?? null }
  }

  function settle() {
    const { points, range } = shown
    walker.hidden = range === null
    fill(note, range === null ? 'No attempt has a score yet.' : noteOf(points, range))
    walker.setAttribute('aria-valuemin', '0')
    walker.setAttribute('aria-valuemax', String(Math.max(0, points.length - 1)))
    mark(at < 0 ? points.length - 1 : Math.min(at, points.length - 1), !readout.hidden)
  }

  /** Puts the mark on a point; `seen` also shows what it is. */
  function mark(index: number, seen: boolean) {
    const point = shown.points[index]
    if (!point || !plot) return
    at = index
    const text = sayPoint(point, scale)
    walker.setAttribute('aria-valuenow', String(index))
    walker.setAttribute('aria-valuetext', text)
    readout.hidden = !seen
    if (!seen) return
    const [x, y] = placeOf(plot, point)
    fill(
      readout,
      element('strong', {}, `${point.row.attempt}`),
      ' ',
      element(
        'span',
        { class: `mono ${point.row.status}` },
        point.row.score === null ? point.row.status : figure(point.row.score),
      ),
      element('span', { class: 'title' }, point.row.title),
      element('span', { class: 'note' }, `${origin(point.row)}, ${spentText(point, scale)}`),
    )
    const left = x > canvas.clientWidth / 2
    readout.style.left = left ? 'auto' : `${x + 12}px`
    readout.style.right = left ? `${canvas.clientWidth - x + 12}px` : 'auto'
    readout.style.top = `${Math.max(0, Math.min(y - 12, canvas.clientHeight - 90))}px`
    dot.style.left = `${x}px`
    dot.style.top = `${y}px`
    dot.hidden = false
  }
  const dot = element('div', { class: 'dot', hidden: true })
  walker.append(dot)
  const unmark = () => {
    readout.hidden = true
    dot.hidden = true
  }
  const openMarked = () => {
    const point = shown.points[at]
    if (point) seat.open(point.row.attempt)
  }
  walker.addEventListener('keydown', (event) => {
    const last = shown.points.length - 1
    const leap = Math.max(1, Math.round(shown.points.length / 10))
    const steps: Record<string, number> = {
      ...{ ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1 },
      ...{ Home: 0, End: last, PageUp: at + leap, PageDown: at - leap },
    }
    const to = steps[event.key]
    if (to !== undefined) {
      event.preventDefault()
      mark(Math.max(0, Math.min(last, to)), true)
    } else if (event.key === 'Enter') openMarked()
    else if (event.key === 'Escape') unmark()
  })
  walker.addEventListener('blur', unmark)
  walker.addEventListener('mouseleave', unmark)
  walker.addEventListener('mousemove', (event) => {
    const found = plot ? nearest(plot, shown.points, event) : -1
    if (found >= 0) mark(found, true)
    else unmark()
    walker.classList.toggle('over', found >= 0)
  })
  walker.addEventListener('click', (event) => {
    const found = plot ? nearest(plot, shown.points, event) : -1
    if (found < 0) return
    mark(found, true)
    openMarked()
  })
  new ResizeObserver(() => {
    if (plot && Math.abs(plot.width - canvas.clientWidth) > 1)
      plot.setSize({ width: canvas.clientWidth, height: heightOf(canvas.clientWidth) })
  }).observe(canvas)

  return {
    node,
    redraw: draw,
    update(next) {
      data = next
      drawScales(scalesOf(next))
      fill(legend, legendOf(next))
      if (plot) redraw()
      else draw()
      table.update(next)
    },
  }

  /** The choice is drawn anew only when there is another one: who stands on it keeps the focus. */
  function drawScales(offered: readonly Scale[]) {
    if (scales.childElementCount - 1 === offered.length) return
    fill(
      scales,
      element('legend', {}, 'over'),
      offered.map((one) =>
        element(
          'label',
          {},
          element('input', {
            type: 'radio',
            name: 'scale',
            value: one,
            checked: one === scale,
            on: {
              change() {
                scale = one
                draw()
              },
            },
          }),
          element('span', {}, NAMES[one]),
        ),
      ),
    )
  }
}

const heightOf = (width: number) => (width < 560 ? 240 : 320)

function legendOf({ counts, best }: PageData): HTMLElement[] {
  const one = (kind: string, text: string) =>
    element('li', {}, element('span', { class: `key ${kind}`, 'aria-hidden': true }), text)
  return [
    one('line', 'best so far'),
    one('scored', `scored ${count(counts.scored)}`),
    ...(counts.failed > 0 ? [one('failed', `failed ${count(counts.failed)}`)] : []),
    ...(counts.rejected > 0 ? [one('rejected', `rejected ${count(counts.rejected)}`)] : []),
    ...(best ? [one('champion', best.confirmed ? 'champion' : 'best, not confirmed')] : []),
  ]
}

function noteOf(points: readonly Point[], [low, high]: [number, number]): string {
  const outside = points.filter(({ row }) => row.score !== null && (row.score < low || row.score > high)).length
  const help = 'Click a point to open it; drag over the chart to zoom in, double-click to see all again.'
  return outside > 0
    ? `${plural(outside, 'worse score lies', 'worse scores lie')} outside the chart and ${outside === 1 ? 'stands' : 'stand'} at its edge. ${help}`
    : help
}

function spentText({ row }: Point, scale: Scale): string {
  if (scale === 'dollars') return `after ${money(row.spent.usd)}`
  if (scale === 'tokens') return `after ${short(row.spent.tokens)} tokens`
  return `after ${duration(row.at)}`
}

export function sayPoint({ row }: Point, scale: Scale): string {
  const said = row.status === 'scored' ? `score ${figure(row.score)}` : row.status
  const standing = row.judged === 'champion' ? ', champion' : ''
  return `attempt ${row.attempt}: ${said}${standing}, ${origin(row)}, ${spentText({ row, x: 0, best: null }, scale)}. ${row.title}`
}

/** Where a point stands, in CSS pixels of the chart. */
function placeOf(plot: uPlot, { row, x }: Point): [number, number] {
  const { left, top, height } = plot.over.getBoundingClientRect()
  const outer = plot.root.getBoundingClientRect()
  const across = plot.valToPos(x, 'x') + left - outer.left
  if (row.score === null || row.status !== 'scored') return [across, height + top - outer.top - STRIP / 2]
  const down = Math.max(4, Math.min(height - STRIP - 4, plot.valToPos(row.score, 'y')))
  return [across, down + top - outer.top]
}

function nearest(plot: uPlot, points: readonly Point[], event: MouseEvent): number {
  const outer = plot.root.getBoundingClientRect()
  const over = plot.over.getBoundingClientRect()
  if (event.clientX < over.left - 8 || event.clientX > over.right + 8) return -1
  const { min = -Infinity, max = Infinity } = plot.scales.x ?? {}
  let [found, closest] = [-1, NEAR ** 2]
  for (const [index, point] of points.entries()) {
    if (point.x < (min ?? -Infinity) || point.x > (max ?? Infinity)) continue
    const [x, y] = placeOf(plot, point)
    const distance = (event.clientX - outer.left - x) ** 2 + (event.clientY - outer.top - y) ** 2
    if (distance < closest) [found, closest] = [index, distance]
  }
  return found
}

/** What is drawn: looked up at each drawing, for a run that goes on. */
type Drawn = { points: readonly Point[]; range: [number, number] | null; best: number | null }

function optionsOf(scale: Scale, drawn: () => Drawn, width: number): uPlot.Options {
  const axis = {
    stroke: colour('muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
  }
  const label = (value: number) =>
    scale === 'dollars'
      ? money(value)
      : scale === 'tokens'
        ? short(value)
        : scale === 'time'
          ? duration(value)
          : figure(value)
  const height = heightOf(width)
  // The strip below the scores belongs to those that have none.
  const share = STRIP / (height - 60)
  const rangeNow = (): [number, number] => {
    const [low, high] = drawn().range ?? [0, 1]
    return [low - (share / (1 - share)) * (high - low), high]
  }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { points: { show: false }, x: false, y: false, drag: { x: true, y: false } },
    scales: {
      x: { time: false, range: (_, low, high) => (low === high ? [low - 1, high + 1] : [low, high]) },
      y: { range: rangeNow },
    },
    series: [
      {},
      {
        stroke: colour('accent'),
        width: 2,
        points: { show: false },
        ...(uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
      },
    ],
    axes: [
      {
        ...axis,
        size: 34,
        values: (_, ticks) => ticks.map((tick) => (scale === 'attempts' && !Number.isInteger(tick) ? '' : label(tick))),
      },
      {
        ...axis,
        size: (_, labels) => 14 + 7 * Math.max(3, ...(labels ?? []).map((one) => one.length)),
        values: (_, ticks) => ticks.map((tick) => (tick < (drawn().range?.[0] ?? tick) ? '' : figure(tick))),
      },
    ],
    hooks: { draw: [(plot) => drawPoints(plot, drawn())] },
  }
}

function drawPoints(plot: uPlot, { points, best }: Drawn): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  const size = (points.length > 1500 ? 1.6 : points.length > 300 ? 2.2 : 3) * ratio
  const strip = bbox.top + bbox.height - (STRIP / 2) * ratio
  const paths = { scored: new Path2D(), failed: new Path2D(), rejected: new Path2D() }
  const [top, floor] = [bbox.top + 4 * ratio, bbox.top + bbox.height - (STRIP + 4) * ratio]
  let champion: [number, number] | null = null
  for (const { row, x } of points) {
    const across = plot.valToPos(x, 'x', true)
    if (across < bbox.left - 1 || across > bbox.left + bbox.width + 1) continue
    const path = paths[row.status]
    if (row.status === 'scored' && row.score !== null) {
      const down = Math.max(top, Math.min(floor, plot.valToPos(row.score, 'y', true)))
      path.moveTo(across + size, down)
      path.arc(across, down, size, 0, 2 * Math.PI)
      if (row.attempt === best) champion = [across, down]
    } else if (row.status === 'failed') {
      path.moveTo(across - size, strip - size)
      path.lineTo(across + size, strip + size)
      path.moveTo(across + size, strip - size)
      path.lineTo(across - size, strip + size)
    } else {
      path.moveTo(across, strip - 1.4 * size)
      path.lineTo(across + 1.4 * size, strip)
      path.lineTo(across, strip + 1.4 * size)
      path.lineTo(across - 1.4 * size, strip)
      path.closePath()
    }
  }
  ctx.save()
  ctx.globalAlpha = points.length > 300 ? 0.55 : 0.8
  ctx.fillStyle = colour('point')
  ctx.fill(paths.scored)
  ctx.globalAlpha = points.length > 300 ? 0.5 : 0.9
  ctx.lineWidth = 1.4 * ratio
  ctx.strokeStyle = colour('bad')
  ctx.stroke(paths.failed)
  ctx.strokeStyle = colour('muted')
  ctx.stroke(paths.rejected)
  if (champion) {
    const [x, y] = champion
    ctx.globalAlpha = 1
    ctx.fillStyle = colour('accent')
    ctx.strokeStyle = colour('panel')
    ctx.lineWidth = 2 * ratio
    ctx.beginPath()
    ctx.arc(x, y, 6 * ratio, 0, 2 * Math.PI)
    ctx.fill()
    ctx.stroke()
  }
  ctx.restore()
}
