import { t } from '../../platform/words.ts'

const most = 2

/** What somebody can do, one thing a line; more than two open when they are asked for, so that a row of a table stays low. */
export function CanLines({ can }: { can: readonly string[] }) {
  const [first] = can
  const lines = can.map((line) => <div key={line}>{line}</div>)
  if (first === undefined || can.length <= most) return lines
  return (
    <details>
      <summary>{t('consent.can_more', { first, count: can.length - 1 })}</summary>
      {lines.slice(1)}
    </details>
  )
}
