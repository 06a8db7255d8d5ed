import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Benchmark, BenchmarkResult, Table } from './benchmark.ts'
import { NOISY_SPREAD } from './statistics.ts'
import { percent } from './words.ts'

const DOCUMENT = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const INTRODUCTION = `# Performance

For whoever asks how fast it is.

Measured by \`npm run bench\`, which rewrites this page; each section says when, on what and from which commit. Ratios
are taken side by side within one run, the median of all rounds; the database, the servers and the load generator share
one machine. Other figures are of this machine only.
`

/** A benchmark that ran, with what its section says about the run. */
export interface Run {
  readonly benchmark: Benchmark
  readonly result: BenchmarkResult
  readonly date: string
  readonly commit: string
  readonly machine: string
}

const isNoisy = ({ baselineSpread }: BenchmarkResult): boolean => baselineSpread > NOISY_SPREAD

function noiseWarning({ baselineSpread }: BenchmarkResult): string {
  return `machine noisy: the baseline's rounds lie ${percent(baselineSpread)} apart`
}

/** How wide each column must be for its widest cell; at least as wide as the line below the heads. */
function widthsOf({ columns, rows }: Table): number[] {
  return columns.map((_, index) =>
    Math.max(3, ...[columns, ...rows].map((cells) => cells[index]?.length ?? 0)),
  )
}

function renderTable(table: Table): string {
  const widths = widthsOf(table)
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [line(table.columns), rule, ...table.rows.map(line)].join('\n')
}

function claimTable({ claims }: BenchmarkResult): Table {
  return {
    columns: ['Requirement', 'What', 'Measured', 'Target', 'Met'],
    rows: claims.map(({ requirement, what, measured, target, isMet }) => [
      requirement,
      what,
      measured,
      target,
      isMet ? 'yes' : '**no**',
    ]),
  }
}

function renderSection({ benchmark, result, date, commit, machine }: Run): string {
  const parts = [
    `## ${benchmark.title}`,
    `\`npm run bench -- ${benchmark.name}\`; ${date}, commit ${commit}. ${machine}.`,
    result.method,
    renderTable(result.table),
    renderTable(claimTable(result)),
    ...(isNoisy(result) ? [`The ${noiseWarning(result)}.`] : []),
  ]
  return parts.join('\n\n')
}

const opening = (name: string): string => `<!-- bench ${name} -->`
const closing = (name: string): string => `<!-- end ${name} -->`

function findSection(document: string, name: string): string | undefined {
  const start = document.indexOf(opening(name))
  const end = document.indexOf(closing(name))
  return start < 0 || end < start ? undefined : document.slice(start + opening(name).length, end).trim()
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

/** What a section says of itself: its title as a link, its day, and the rows of its targets. */
function readSection(text: string) {
  const title = /^## (.+)$/m.exec(text)?.[1] ?? ''
  const anchor = title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
  const claims = text
    .slice(text.indexOf('\n| Requirement '))
    .split('\n')
    .filter((line) => /\| (?:yes|\*\*no\*\*) +\|$/.test(line))
  return {
    link: `[${title}](#${anchor})`,
    day: /; (\d{4}-\d{2}-\d{2}), commit /.exec(text)?.[1] ?? '',
    claims: claims.map(cellsOf),
  }
}

/** What whoever has a minute reads: which sections there are, and every target that is missed. */
function renderSummary(texts: readonly string[]): string {
  const sections = texts.map(readSection)
  const isMet = (claim: readonly string[]): boolean => claim[4] === 'yes'
  const claims = sections.flatMap((section) => section.claims)
  const missed = claims.filter((claim) => !isMet(claim)).map((claim) => claim.slice(0, 4))
  const contents = sections.map(({ link, day, claims: own }) => [
    link,
    day,
    own.length === 0 ? 'none was set' : `${own.filter(isMet).length} of ${own.length}`,
  ])
  const parts = [
    '## In short',
    `${claims.length - missed.length} of ${claims.length} targets are met. Why the others are missed, and what comes next, is told in [a page of its own](performance-next.md).`,
    renderTable({ columns: ['Section', 'Measured on', 'Targets met'], rows: contents }),
  ]
  if (missed.length > 0) {
    parts.push('Missed:')
    parts.push(renderTable({ columns: ['Requirement', 'What', 'Measured', 'Target'], rows: missed }))
  }
  return parts.join('\n\n')
}

/** The page with new sections for the benchmarks that ran; the others keep theirs. */
export function renderDocument(
  before: string,
  benchmarks: readonly Benchmark[],
  runs: readonly Run[],
): string {
  const sections = benchmarks.flatMap(({ name }) => {
    const run = runs.find((candidate) => candidate.benchmark.name === name)
    const text = run ? renderSection(run) : findSection(before, name)
    return text === undefined ? [] : [{ name, text }]
  })
  const whole = sections.map(({ name, text }) => `${opening(name)}\n\n${text}\n\n${closing(name)}\n`)
  return [INTRODUCTION, `${renderSummary(sections.map(({ text }) => text))}\n`, ...whole].join('\n')
}

/** Rewrites the page. */
export async function writeDocument(benchmarks: readonly Benchmark[], runs: readonly Run[]): Promise<void> {
  const before = await readFile(DOCUMENT, 'utf8').catch(() => '')
  await writeFile(DOCUMENT, renderDocument(before, benchmarks, runs))
}

function alignTable(table: Table): string {
  const widths = widthsOf(table)
  return [table.columns, ...table.rows]
    .map((cells) => `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}

/** The same for the terminal. */
export function describeRun({ benchmark, result }: Pick<Run, 'benchmark' | 'result'>): string {
  return [
    `\n${benchmark.title}`,
    alignTable(result.table),
    '',
    alignTable(claimTable(result)),
    ...(isNoisy(result) ? [noiseWarning(result)] : []),
  ].join('\n')
}
