import type { Column } from '../../parts/data-table.tsx'
import { t } from '../../platform/words.ts'

/** A person by name, with the address below where the reader may know it. */
export function nameColumn<Row extends { name: string; email: string | null }>(): Column<Row> {
  return {
    id: 'name',
    header: t('members.name'),
    cell: (row) => (
      <>
        <span className="strong">{row.name}</span>
        {row.email !== null && (
          <>
            <br />
            <span className="small muted">{row.email}</span>
          </>
        )}
      </>
    ),
  }
}

/** Whether a person signs in with a second factor. */
export function factorColumn<Row extends { has_second_factor: boolean }>(): Column<Row> {
  return {
    id: 'factor',
    header: t('members.factor'),
    cell: (row) => t(row.has_second_factor ? 'members.factor_yes' : 'members.factor_no'),
  }
}
