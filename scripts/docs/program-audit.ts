import { FIFTEEN, SOURCE_AUDIT_NAMES } from '../../server/src/modules/audit/source-names.ts'

export const path = 'docs/program-audit.md'

/** The audit actions of the partner program under the names of its source document. */
export function generate(): Promise<string> {
  const fifteen = new Set<string>(FIFTEEN)
  const rows = Object.entries(SOURCE_AUDIT_NAMES).map(
    ([name, action]) => `| \`${name}\` | \`${action}\` | ${fifteen.has(name) ? 'yes' : ''} |`,
  )
  const lines = [
    '# Audit actions of the partner program',
    '',
    'For reviewers who know the source document of the partner program by its names.',
    '',
    'Generated. The names in the first column are those of the source document; the product writes the actions in the second. `tests/program-journey.test.ts` goes the whole way of a partner and finds the fifteen that the source lists, and what it needs besides.',
    '',
    '| Name in the source | Action | Of the fifteen |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ]
  return Promise.resolve(lines.join('\n'))
}
