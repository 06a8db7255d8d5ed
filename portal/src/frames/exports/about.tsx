import type { ExportRecord } from '@liaison/client'

import { Facts, Note } from '../../parts/page.tsx'
import { IdText } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

/** Why an export ended without a file; null while it may still become one. */
export function endOf({ status, status_reason: reason }: ExportRecord): string | null {
  if ((status !== 'cancelled' && status !== 'failed') || reason === null) return null
  if (reason === 'BY_PERSON') return t('exports.ended.BY_PERSON')
  if (reason === 'INTERRUPTED') return t('exports.ended.INTERRUPTED')
  if (reason === 'EXPORT_TOO_LARGE') return t('exports.ended.EXPORT_TOO_LARGE')
  if (reason === 'VALIDATION_ERROR') return t('exports.ended.VALIDATION_ERROR')
  return t('exports.ended.other', { reason: tValue('reason', reason) })
}

function Included({ manifest }: Pick<ExportRecord, 'manifest'>) {
  return (
    <ul className="lines">
      {manifest.included.map((tenant) => (
        <li key={tenant.tenant_id}>
          <span>{tenant.tenant_name}</span>
          <span className="num muted">
            {tenant.row_count === null
              ? '–'
              : t('exports.included_rows', {
                  count: tenant.row_count,
                  counted: formatCount(tenant.row_count),
                })}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Excluded({ manifest }: Pick<ExportRecord, 'manifest'>) {
  if (manifest.excluded.length === 0) return null
  return (
    <section>
      <h3 className="section-title">{t('exports.excluded')}</h3>
      <ul className="lines">
        {manifest.excluded.map((tenant) => (
          <li key={tenant.tenant_id}>
            <span>{tenant.tenant_name}</span>
            <span className="muted">{tValue('reason', tenant.reason)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What is in a file, who ordered it, its checksum, and what it leaves out. */
export function About({ row }: { row: ExportRecord }) {
  const end = endOf(row)
  return (
    <div className="stack">
      {end !== null && <Note tone="attention">{end}</Note>}
      <Facts
        facts={[
          { name: t('exports.filters'), value: row.filter_text },
          { name: t('exports.columns'), value: row.columns.join(', ') },
          ...(row.manifest.included.length === 0
            ? []
            : [{ name: t('exports.paid_by'), value: tValue('exports.paid', row.billing_party) }]),
          ...(row.sha256 === null
            ? []
            : [{ name: t('exports.checksum'), value: <IdText id={row.sha256} /> }]),
        ]}
      />
      {row.manifest.included.length > 0 && (
        <section>
          <h3 className="section-title">{t('exports.included')}</h3>
          <Included manifest={row.manifest} />
        </section>
      )}
      <Excluded manifest={row.manifest} />
    </div>
  )
}
