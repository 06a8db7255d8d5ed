import './grouped-words.ts'
import { areaTitle, CLIENT_PERMISSIONS, PERMISSIONS } from '@liaison/access'

import { Lines } from '../../parts/permission-list.tsx'
import { t } from '../../platform/words.ts'

const known = new Map(
  [...CLIENT_PERMISSIONS, ...PERMISSIONS].map((entry) => [entry.sentence, entry] as const),
)

/** Beyond these a group says how many more there are, and shows them on demand. */
const mostShown = 4

export type LineGroup = { title: string | null; lines: readonly string[]; isMoney: boolean }

/** Sentences of the catalogue by what they are about, in its order; what can cost money is a group of its own, and first. */
export function groupLines(lines: readonly string[]): LineGroup[] {
  const costs = lines.filter((line) => known.get(line)?.spends === true)
  const areas = Map.groupBy(
    lines.filter((line) => !costs.includes(line)),
    (line) => known.get(line)?.area ?? null,
  )
  return [
    ...(costs.length === 0 ? [] : [{ title: t('grouped.money'), lines: costs, isMoney: true }]),
    ...[...areas].map(([area, found]) => ({
      title: area === null ? null : areaTitle(area),
      lines: found,
      isMoney: false,
    })),
  ]
}

function Group({ title, lines, isMoney }: LineGroup) {
  // One more line takes no more room than the word that there is one.
  const shown = isMoney || lines.length <= mostShown + 1 ? lines : lines.slice(0, mostShown)
  const rest = lines.slice(shown.length)
  return (
    <div className="stack tight">
      {title !== null && <p className="strong">{title}</p>}
      <Lines way="can" lines={shown} />
      {rest.length > 0 && (
        <details>
          <summary className="thing">{t('grouped.rest', { count: rest.length })}</summary>
          <Lines way="can" lines={rest} />
        </details>
      )}
    </div>
  )
}

/** What somebody can do, by what it is about, with money first; long groups are shortened until they are opened. */
export function GroupedLines({ lines }: { lines: readonly string[] }) {
  return (
    <div className="stack">
      {groupLines(lines).map((group) => (
        <Group key={group.title} {...group} />
      ))}
    </div>
  )
}
