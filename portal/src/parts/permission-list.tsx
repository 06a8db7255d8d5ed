import type { ReactNode } from 'react'

import { t } from '../platform/words.ts'
import { Glyph } from './glyphs.tsx'

type PermissionListProps = {
  can: readonly string[]
  cannot: readonly string[]
  who: string
  /** What is said in place of "They can" where what was agreed is not open at the moment. */
  canTitle?: string | undefined
  /** How what can be done is listed, where a plain list would be long. */
  renderCan?: (lines: readonly string[]) => ReactNode
}

/** Sentences of what can be done, or of what cannot, each with its sign. */
export function Lines({ way, lines }: { way: 'can' | 'cannot'; lines: readonly string[] }) {
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
export function PermissionList({ can, cannot, who, canTitle, renderCan }: PermissionListProps) {
  return (
    <div className="halves">
      <section>
        <h3 className="section-title">{canTitle ?? t('permission.can', { who })}</h3>
        {can.length === 0 ? (
          <p className="muted">{t('permission.nothing')}</p>
        ) : (
          (renderCan?.(can) ?? <Lines way="can" lines={can} />)
        )}
      </section>
      <section>
        <h3 className="section-title">{t('permission.cannot', { who })}</h3>
        <Lines way="cannot" lines={cannot} />
      </section>
    </div>
  )
}

type DiffRow = {
  field: string
  label: string
  before: string
  after: string
  kind?: string
  direction?: string
}

/** Whether something comes in or goes out as a whole; null for whatever has a value before and after. */
function wholeOf({ before, after, kind, direction }: DiffRow): 'added' | 'taken_out' | null {
  const way = kind ?? direction
  if (way === 'widening' && before === 'No' && after === 'Yes') return 'added'
  return way === 'narrowing' && before === 'Yes' && after === 'No' ? 'taken_out' : null
}

/** What a change would alter: before and after, one line each. */
export function DiffList({ rows }: { rows: readonly DiffRow[] }) {
  return (
    <ul className="can">
      {rows.map((row) => {
        const whole = wholeOf(row)
        return (
          <li key={row.field}>
            <Glyph name={(row.kind ?? row.direction) === 'narrowing' ? 'none' : 'dot'} />
            <span>
              <span className="strong">{row.label}</span>:{' '}
              {whole === null ? `${row.before} → ${row.after}` : t(`permission.${whole}`)}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
