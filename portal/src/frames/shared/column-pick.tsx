import { useClickOutside } from '@mantine/hooks'
import { useEffect, useState } from 'react'

import { t } from '../../platform/words.ts'
import { columnIds, columnText } from './columns.ts'
import { Ticks } from './ticks.tsx'

type ColumnPickProps = {
  /** The columns that can be left out, in the order of the list. */
  columns: readonly { id: string; header: string }[]
  /** The chosen ones as the address holds them; empty for all. */
  value: string
  onValue: (value: string) => void
}

/** Which columns a list shows. The choice is part of the address, so a saved view keeps it. */
export function ColumnPick({ columns, value, onValue }: ColumnPickProps) {
  const [isOpen, setOpen] = useState(false)
  const outside = useClickOutside<HTMLDivElement>(() => setOpen(false))
  useEffect(() => {
    if (!isOpen) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setOpen(false)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [isOpen])
  const all = columns.map(({ id }) => id)
  const chosen = columnIds(value).filter((id) => all.includes(id))
  const shown = chosen.length === 0 ? all : chosen
  const choose = (next: readonly string[]) => {
    const kept = all.filter((id) => next.includes(id))
    if (kept.length > 0) onValue(kept.length === all.length ? '' : columnText(kept))
  }
  return (
    <div className="column-pick" ref={outside}>
      <button
        type="button"
        className="row-tool clear"
        aria-expanded={isOpen}
        aria-controls="columns-panel"
        onClick={() => setOpen(!isOpen)}
      >
        {shown.length === all.length
          ? t('columns.all')
          : t('columns.some', { shown: shown.length, all: all.length })}
      </button>
      {isOpen && (
        <div className="column-panel" id="columns-panel">
          <Ticks
            id="columns"
            legend={t('columns.title')}
            entries={columns.map(({ id, header }) => ({ value: id, label: header }))}
            ticked={shown}
            onTicked={choose}
          />
          {shown.length < all.length && (
            <button type="button" className="row-tool" onClick={() => onValue('')}>
              {t('columns.reset')}
            </button>
          )}
        </div>
      )}
    </div>
  )
}
