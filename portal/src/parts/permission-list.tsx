import { t } from '../platform/words.ts'
import { Glyph } from './glyphs.tsx'

type PermissionListProps = { can: readonly string[]; cannot: readonly string[]; who: string }

function Lines({ way, lines }: { way: 'can' | 'cannot'; lines: readonly string[] }) {
  return (
    <ul className="can" data-way={way}>
      {lines.map((line) => (
        <li key={line}>
          <Glyph name={way === 'can' ? 'tick' : 'none'} />
          <span>{line}</span>
        </li>
      ))}
    </ul>
  )
}

/** What somebody can and cannot do, in the server's sentences. The "cannot" part is never left out. */
export function PermissionList({ can, cannot, who }: PermissionListProps) {
  return (
    <div className="halves">
      <section>
        <h3 className="section-title">{t('permission.can', { who })}</h3>
        {can.length === 0 ? (
          <p className="muted">{t('permission.nothing')}</p>
        ) : (
          <Lines way="can" lines={can} />
        )}
      </section>
      <section>
        <h3 className="section-title">{t('permission.cannot', { who })}</h3>
        <Lines way="cannot" lines={cannot} />
      </section>
    </div>
  )
}

/** What a change would alter: before and after, one line each. */
export function DiffList({
  rows,
}: {
  rows: readonly { field: string; before: string | null; after: string | null; kind: string }[]
}) {
  return (
    <ul className="can">
      {rows.map((row) => (
        <li key={row.field + (row.after ?? '')}>
          <Glyph name={row.kind === 'narrowing' ? 'none' : 'dot'} />
          <span>
            <span className="strong">{row.field}</span>: {row.before ?? t('value.none')} →{' '}
            {row.after ?? t('value.none')}
          </span>
        </li>
      ))}
    </ul>
  )
}
