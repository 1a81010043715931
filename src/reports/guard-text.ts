import type { GuardReport } from '../records/guard-report.ts'
import type { Annotation } from './annotations.ts'
import type { Suite } from './junit.ts'
import { figure, safe } from './plain.ts'

type Report = Omit<GuardReport, 'sealed'>

/** What `guard` tells a person. */
export function guardText(report: Report): string {
  const { base, head, metric, direction, notes } = report
  const lines = [
    `metric     ${safe(metric)}, ${direction}`,
    `base       ${base.commit.slice(0, 12)}  ${figure(base.score)}  (${safe(base.ref)})`,
    `HEAD       ${head.commit.slice(0, 12)}  ${figure(head.score)}`,
    ...(report.change === null ? [] : [`change     ${changeText(report)}`]),
    ...notes.map((note) => `note       ${safe(note)}`),
    '',
    `${report.verdict}: ${safe(report.reason)}`,
  ]
  return lines.join('\n')
}

/** The same as Markdown, for a job's summary. */
export function guardMarkdown(report: Report): string {
  const { base, head, metric, direction, pairs } = report
  const cell = (text: string) =>
    safe(text)
      .replace(/\s+/g, ' ')
      .replace(/[\\`*_[\]<>|#&@]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return [
    `### Anneal guard: ${report.verdict}`,
    '',
    `${cell(report.reason)}.`,
    '',
    `| ${cell(metric)}, ${direction} | commit | score |`,
    '| --- | --- | --- |',
    `| base (${cell(base.ref)}) | ${base.commit.slice(0, 12)} | ${figure(base.score)} |`,
    `| HEAD | ${head.commit.slice(0, 12)} | ${figure(head.score)} |`,
    ...(report.change === null ? [] : [`| change | | ${cell(changeText(report))} |`]),
    '',
    ...(pairs.length === 0
      ? []
      : [
          '| seed | base | HEAD |',
          '| --- | --- | --- |',
          ...pairs.map((pair) => `| ${pair.seed} | ${figure(pair.base)} | ${figure(pair.head)} |`),
          '',
        ]),
    ...report.notes.map((note) => `- ${cell(note)}`),
    '',
  ].join('\n')
}

/** The same as the one claim that CI shows. */
export function guardSuite(report: Report): Suite {
  const { base, verdict, reason, seconds } = report
  const name = `${report.metric} does not fall against ${base.ref}`
  const text = guardText(report)
  return {
    name: 'anneal guard',
    claims: [{ name, seconds, ...(verdict === 'worse' ? { failure: { message: reason, text } } : {}) }],
    output: text,
  }
}

/** The same as a remark. */
export function guardAnnotation({ verdict, reason, metric }: Report): Annotation {
  return {
    level: verdict === 'worse' ? 'error' : 'notice',
    title: `Anneal guard: ${metric}`,
    text: `${verdict}: ${reason}`,
  }
}

function changeText({ change, relative }: Report): string {
  const signed = (value: number, text: string) => `${value > 0 ? '+' : ''}${text}`
  const share = relative === null ? '' : ` (${signed(relative, (100 * relative).toFixed(2))} %)`
  return `${signed(change ?? 0, figure(change))}${share}`
}
