/** Ways to a score that is not earned, as published reports name them, by what a source must say to try them. */
const WAYS: readonly [RegExp, string][] = [
  [/ANNEAL_RESULT|ANNEAL_STAGE/, "it names the evaluator's own variables"],
  [/\/proc\/(self|\d+|\$PPID|\{)|\/dev\/fd\//, 'it looks into other processes or descriptors'],
  [/\bos\._exit\b|\bSkipTest\b|process\.reallyExit/, 'it ends the process early'],
  [/_getframe|inspect\.(stack|currentframe)|gc\.get_objects|settrace/, "it inspects its caller's memory"],
  [
    /(performance|Date)\.now\s*=[^=]|time\.(time|perf_counter|monotonic|process_time)\s*=[^=]|hrtime\s*=[^=]/,
    'it patches the clock',
  ],
  [/LD_PRELOAD|ptrace|process_vm_writev/, 'it reaches into other processes'],
  [/sitecustomize|usercustomize|conftest\.py|\.pth\b/, 'it plants code that the evaluator would load'],
  [/def __eq__\([^)]*\):\s*return True/, 'it makes an object that equals everything'],
]

/** Signs of tampering in the lines that a diff adds. They lower trust and are told to the next ideas; they reject nothing by themselves. */
export function signsInDiff(diff: string, hidden: readonly string[]): string[] {
  const added = diff
    .split('\n')
    .filter((line) => line.startsWith('+'))
    .join('\n')
  const named = hidden.filter((path) => added.includes(path))
  return [
    ...WAYS.flatMap(([pattern, sign]) => (pattern.test(added) ? [sign] : [])),
    ...(named.length > 0 ? [`it names files that are hidden from it: ${named.slice(0, 3).join(', ')}`] : []),
  ]
}
