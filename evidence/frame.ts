import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { renderTable, writeSection } from '../chaos/evidence.ts'
import { TARGET_FIGURES } from './figures.ts'
import type { TargetFigure } from './figures.ts'

const DOCUMENT = fileURLToPath(new URL('../docs/evidence.md', import.meta.url))
const escape = (text: string): string => text.replaceAll(/([|_*])/g, '\\$1')

/** When a part was last run, as its section says, and whether it missed a target. */
export function runOf(document: string, part: string): string | undefined {
  const start = document.indexOf(`<!-- evidence ${part} -->`)
  const end = document.indexOf(`<!-- end ${part} -->`)
  if (start < 0 || end < start) return undefined
  const section = document.slice(start, end)
  const run = /; (\d{4}-\d{2}-\d{2}), commit ([^.]+)\./.exec(section)?.slice(1).join(', ')
  return run !== undefined && section.includes('**missed**') ? `${run}, a target missed` : run
}

function describeParts({ parts }: TargetFigure, document: string): string {
  if (parts.length === 0) return 'none'
  return parts.map((part) => `\`${part}\`: ${runOf(document, part) ?? 'not run yet'}`).join('; ')
}

function describeGate({ gate }: TargetFigure): string {
  return gate.map(({ file, name }) => `[${escape(name)}](../${file})`).join('; ') || 'nothing'
}

/** The table of the numbers to reach: what each commit shows, what the campaign measured, and what is not shown. */
export function renderFrame(document: string): string {
  const rows = TARGET_FIGURES.map((figure) => [
    String(figure.number),
    figure.claim,
    describeGate(figure),
    describeParts(figure, document),
    figure.missing ?? '',
  ])
  return [
    '## The numbers to reach',
    'Each row is one of the numbers of the specification (reliability.md section 3). Each commit runs the named tests in `npm test`; the campaign, `npm run evidence`, runs its parts with more attempts and writes what it counted into the section of the part, with the date and the commit. A part in which anything was wrong writes nothing; a target that was measured and not reached is marked as missed.',
    renderTable([['Number', 'Claim', 'On each commit', 'Campaign', 'Not shown'], ...rows]),
  ].join('\n\n')
}

/** Writes the table into docs/evidence.md. */
export async function writeFrame(): Promise<void> {
  await writeSection('figures', renderFrame(await readFile(DOCUMENT, 'utf8').catch(() => '')))
}
