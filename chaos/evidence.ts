import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describeCommit, describeMachine } from '../bench/machine.ts'

const DOCUMENT = fileURLToPath(new URL('../docs/evidence.md', import.meta.url))

const INTRODUCTION = `# Evidence

For whoever asks how often a promise was put to the test.

Faults are made on purpose, many times, and what came of it is counted here. [The first table](#the-numbers-to-reach) is
the whole in short: each number that the specification asks for, the tests that hold it on each commit, when the campaign
last ran it, and what is not shown. Each section after it is one part of the campaign, written by the command that it
names; its _positive control_ is a planted fault that the harness had to find (reliability.md R13).
`

/** One claim with what a run showed of it. */
export interface Claim {
  readonly requirement: string
  readonly claim: string
  /** What was injected or compared, and how often. */
  readonly count: string
  readonly result: string
}

/** What one harness writes of one run. */
export interface Evidence {
  /** The harness, as the markers in the document name it. */
  readonly name: string
  readonly title: string
  readonly command: string
  /** The folder of the harness. */
  readonly source: string
  readonly claims: readonly Claim[]
  /** The planted faults, and that the harness reported them. */
  readonly positiveControl: string
  readonly postgresVersion?: string
}

/** A table of the page; the first row holds the heads. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, index) => Math.max(3, ...rows.map((cells) => cells[index]?.length ?? 0))) ?? []
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

function renderSection(evidence: Evidence, date: string, commit: string): string {
  const rows = [
    ['Requirement', 'Claim', 'Count', 'Result'],
    ...evidence.claims.map(({ requirement, claim, count, result }) => [requirement, claim, count, result]),
  ]
  return [
    `## ${evidence.title}`,
    `\`${evidence.command}\`, source \`${evidence.source}\`; ${date}, commit ${commit}. ${describeMachine(evidence.postgresVersion)}.`,
    renderTable(rows),
    `Positive control: ${evidence.positiveControl}`,
  ].join('\n\n')
}

const opening = (name: string): string => `<!-- evidence ${name} -->`
const closing = (name: string): string => `<!-- end ${name} -->`

/** The page with a new section for one harness; the others keep theirs. */
function renderDocument(before: string, name: string, section: string): string {
  const block = `${opening(name)}\n\n${section}\n\n${closing(name)}\n`
  const start = before.indexOf(opening(name))
  const end = before.indexOf(closing(name))
  if (start >= 0 && end > start)
    return `${before.slice(0, start)}${block}${before.slice(end + closing(name).length + 1)}`
  return `${before === '' ? INTRODUCTION : before}\n${block}`
}

/** Puts a section into docs/evidence.md, in the place of the one with that name; the others stay as they are. */
export async function writeSection(name: string, text: string): Promise<void> {
  const before = await readFile(DOCUMENT, 'utf8').catch(() => '')
  await writeFile(DOCUMENT, renderDocument(before, name, text))
}

/** Writes what a run showed into docs/evidence.md. */
export async function writeEvidence(evidence: Evidence): Promise<void> {
  const date = new Date().toISOString().slice(0, 10)
  await writeSection(evidence.name, renderSection(evidence, date, await describeCommit()))
}
