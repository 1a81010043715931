import type { Detail, PageData, Row } from '../shape.ts'
import { copyable } from './copy.ts'
import { diffView } from './diff.ts'
import { type Child, element } from './element.ts'
import type { Seat } from './part.ts'
import { attemptLink } from './summary.ts'
import { headRow } from './table.ts'
import {
  bytes,
  change,
  count,
  duration,
  figure,
  glyph,
  money,
  nameOf,
  origin,
  percent,
  plural,
  rowOf,
  short,
  withoutColours,
} from './text.ts'

/** One attempt whole. `detail` is null where it was left out of the page. */
export function detailView(row: Row, detail: Detail | null, data: PageData, seat: Seat): HTMLElement {
  const parent = rowOf(data.rows, row.parents[0])
  const gain = row.score !== null && parent?.score != null ? row.score - parent.score : null
  const title = element('h3', { tabindex: -1, id: 'detail-title' }, detail?.title ?? row.title)
  return element(
    'article',
    { class: 'detail', 'aria-labelledby': 'detail-title' },
    element(
      'p',
      { class: 'kicker' },
      element('span', { class: `glyph ${row.status}`, 'aria-hidden': true }, glyph(row.status)),
      ` Attempt ${row.attempt} · ${origin(row)} · ${row.editor}${row.model ? ` · ${row.model}` : ''}`,
    ),
    title,
    element(
      'p',
      { class: 'standing' },
      element('span', { class: `big ${row.status}` }, row.score === null ? row.status : figure(row.score)),
      gain !== null && ` ${change(gain)} against ${nameOf(row.parents[0] ?? 0)}`,
      row.judged === 'champion' && element('span', { class: 'badge champion' }, 'champion'),
      row.judged === 'confirmed' && element('span', { class: 'badge' }, 'confirmed'),
    ),
    (detail?.reason ?? row.reason) !== null &&
      element(
        'pre',
        { class: 'reason', tabindex: 0, 'aria-label': 'Why it has no score' },
        detail?.reason ?? row.reason,
      ),
    row.parents.length > 0 &&
      element(
        'p',
        { class: 'actions' },
        row.parents.map((from) =>
          element(
            'button',
            { type: 'button', on: { click: () => seat.compare(from, row.attempt) } },
            `Compare with ${nameOf(from)}`,
          ),
        ),
        data.best && data.best.attempt !== row.attempt && !row.parents.includes(data.best.attempt)
          ? element(
              'button',
              { type: 'button', on: { click: () => seat.compare(row.attempt, data.best?.attempt ?? 0) } },
              'Compare with the best',
            )
          : null,
      ),
    detail ? body(row, detail, data, seat) : leftOut(row, data),
  )
}

function leftOut({ attempt }: Row, { about }: PageData): HTMLElement {
  return element(
    'div',
    { class: 'empty' },
    element('p', {}, 'The details of this attempt were left out to keep the page small. This command shows them:'),
    copyable(`anneal show ${attempt} --run ${about.run}`),
  )
}

function body(row: Row, detail: Detail, data: PageData, seat: Seat): Child[] {
  const idea: [string, string][] = [
    ['Hypothesis', detail.hypothesis],
    ['Plan', detail.plan],
    ['Expected', detail.expected],
    ['Lens', detail.lens ?? ''],
    ['Not picked', detail.spare.join('; ')],
  ]
  return [
    detail.signs.length > 0 &&
      part(
        'Signs of tampering',
        element(
          'ul',
          { class: 'plain bad' },
          detail.signs.map((sign) => element('li', {}, sign)),
        ),
      ),
    detail.flags.length > 0 &&
      part(
        'Flags',
        element(
          'ul',
          { class: 'plain bad' },
          detail.flags.map((flag) => element('li', {}, flag)),
        ),
      ),
    idea.some(([, text]) => text !== '') && part('Idea', facts(idea)),
    part(
      'Change',
      row.operator === 'baseline'
        ? element('p', { class: 'empty' }, 'Your program as it was.')
        : detail.diff === ''
          ? element('p', { class: 'empty' }, 'It changed nothing that was kept.')
          : [
              element(
                'p',
                { class: 'note' },
                `Against ${nameOf(row.parents[0] ?? 0)}: `,
                detail.files.map(({ path, added, removed }) =>
                  element(
                    'span',
                    { class: 'file' },
                    path,
                    ' ',
                    element('span', { class: 'up' }, `+${added ?? '?'}`),
                    ' ',
                    element('span', { class: 'down' }, `−${removed ?? '?'}`),
                  ),
                ),
              ),
              diffView(detail.diff, `Diff of attempt ${row.attempt}`),
            ],
    ),
    part('Measurement', measurement(detail)),
    detail.claims.length > 0 &&
      part(
        'Found out about the program',
        folded(
          plural(detail.claims.length, 'claim'),
          element(
            'ul',
            { class: 'plain' },
            detail.claims.map(({ text, quote }) => element('li', {}, text, ' ', element('code', {}, quote))),
          ),
        ),
      ),
    knowledge(detail, data, seat),
    part(
      'Cost',
      facts([
        [
          'Time',
          `idea ${duration(row.seconds.ideate)}, edit ${duration(row.seconds.edit)}, execution ${duration(row.seconds.execute)}, evaluation ${duration(row.seconds.evaluate)}`,
        ],
        [
          'Model',
          row.tokens === 0 && row.usd === 0
            ? 'not asked'
            : `${short(row.tokens)} tokens, ${row.usd === null ? 'price unknown' : money(row.usd)}`,
        ],
      ]),
    ),
    trace(detail, data),
    part(
      'In your terminal',
      element(
        'div',
        { class: 'stack' },
        copyable(`anneal show ${row.attempt} --run ${data.about.run}`),
        detail.branch !== null && copyable(`git log -p ${detail.branch}`),
      ),
    ),
  ]
}

const part = (name: string, ...children: Child[]) => element('section', {}, element('h4', {}, name), children)

function facts(pairs: readonly [string, Child][]): HTMLElement {
  return element(
    'dl',
    { class: 'pairs' },
    pairs
      .filter(([, value]) => value !== '' && value !== null)
      .map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  )
}

function measurement({ metrics, measured, confirmation }: Detail): Child {
  if (!measured && Object.keys(metrics).length === 0) return element('p', { class: 'empty' }, 'It was not measured.')
  const gpu = measured?.gpu
  return [
    facts([
      ...Object.entries(metrics).map(([name, value]): [string, Child] => [
        name,
        element('span', { class: 'mono' }, figure(value)),
      ]),
      ...(measured
        ? ([
            ['Samples', measured.samples.length > 1 ? measured.samples.map(figure).join(', ') : ''],
            ['Stage', measured.stage === 'full' ? '' : measured.stage],
            ['Cheap variant', measured.fast === null ? '' : figure(measured.fast)],
            ['In doubt', measured.doubt ?? ''],
            ['Isolation', `${measured.isolation}, sandbox ${measured.tier}`],
            [
              'GPU',
              gpu
                ? `${plural(gpu.devices, 'device')}${gpu.utilisation === null ? '' : `, ${percent(gpu.utilisation)} used`}${gpu.peakMemory === null ? '' : `, ${bytes(gpu.peakMemory)} at most`}`
                : '',
            ],
          ] as [string, Child][])
        : []),
    ]),
    confirmation &&
      element(
        'div',
        { class: `confirmation ${confirmation.confirmed ? 'good' : 'fair'}` },
        element(
          'p',
          {},
          confirmation.confirmed ? 'Confirmed' : 'Not confirmed',
          `: measured again beside ${nameOf(confirmation.holder)}`,
          confirmation.confidence !== null && `, ${percent(confirmation.confidence)} sure that it is better`,
          '.',
          confirmation.reason !== null && ` Why: ${confirmation.reason}.`,
        ),
        confirmation.holdout !== null &&
          element(
            'p',
            {},
            `Hold-out: ${figure(confirmation.holdout)}${confirmation.holderHoldout === null ? '' : `, ${nameOf(confirmation.holder)} ${figure(confirmation.holderHoldout)}`}.`,
          ),
        confirmation.pairs.length > 0 &&
          element(
            'table',
            {},
            headRow(['fresh seed', 'this', nameOf(confirmation.holder)]),
            element(
              'tbody',
              {},
              confirmation.pairs.map(({ seed, challenger, holder }) =>
                element(
                  'tr',
                  {},
                  [String(seed), figure(challenger), figure(holder)].map((cell) =>
                    element('td', { class: 'figure' }, cell),
                  ),
                ),
              ),
            ),
          ),
      ),
    measured?.output ? folded('Output', plainText(measured.output, 'Output'), true) : null,
  ]
}

function knowledge({ shown, cites, lessons, names }: Detail, data: PageData, seat: Seat): Child {
  if (shown.length + cites.length + lessons.length === 0) return null
  const told = new Map(data.knowledge.told.map((one) => [one.id, one]))
  const item = (id: string) => {
    const from = told.get(id)?.learnedBy ?? null
    return element(
      'li',
      {},
      element('code', {}, id),
      ' ',
      names[id] ?? told.get(id)?.text ?? '',
      from !== null && [' (from attempt ', attemptLink(from, seat), ')'],
    )
  }
  const rest = shown.filter((id) => !cites.includes(id))
  return part('Knowledge', [
    cites.length > 0 && [element('p', { class: 'note' }, 'Cited:'), element('ul', { class: 'plain' }, cites.map(item))],
    lessons.length > 0 && [
      element('p', { class: 'note' }, 'Learned:'),
      element('ul', { class: 'plain' }, lessons.map(item)),
    ],
    rest.length > 0 &&
      folded(
        `Also told: ${plural(rest.length, 'page or lesson', 'pages and lessons')}`,
        element('ul', { class: 'plain' }, rest.map(item)),
      ),
  ])
}

function trace({ trace, attempt }: Detail, { about }: PageData): Child {
  if (trace === null)
    return part(
      'Logs and prompts',
      element(
        'p',
        { class: 'empty' },
        'Left out to keep the page small. They lie in ',
        element('code', {}, `.anneal/runs/${about.run}/attempts/${attempt}/`),
        '.',
      ),
    )
  if (trace.logs.length + trace.calls.length === 0) return null
  return [
    trace.calls.length > 0 &&
      part(
        'Prompts and replies',
        trace.calls.map(({ purpose, system, prompt, reply }, at) =>
          folded(
            `${at + 1}. ${purpose}: ${count(system.length + prompt.length)} characters asked, ${count(reply.length)} answered`,
            [
              element('h5', {}, 'Reply'),
              plainText(reply, 'Reply'),
              element('h5', {}, 'Prompt'),
              plainText(prompt, 'Prompt'),
              element('h5', {}, 'System'),
              plainText(system, 'System prompt'),
            ],
          ),
        ),
      ),
    trace.logs.length > 0 &&
      part(
        'Logs',
        trace.logs.map(({ name, text }) => folded(name, plainText(text, name))),
      ),
    trace.more > 0 &&
      element(
        'p',
        { class: 'note' },
        `${plural(trace.more, 'more file lies', 'more files lie')} in `,
        element('code', {}, `.anneal/runs/${about.run}/attempts/${attempt}/`),
      ),
  ]
}

const plainText = (text: string, name: string) =>
  element('pre', { tabindex: 0, role: 'region', 'aria-label': name }, withoutColours(text))

/** Something that is built when it is opened. */
function folded(name: string, children: Child, open = false): HTMLElement {
  return element('details', { open }, element('summary', {}, name), children)
}
