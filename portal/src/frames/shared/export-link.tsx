import { parseSearch, stringifySearch } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useSearchText } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'

type ExportLinkProps = {
  kind: 'invoices' | 'tickets' | 'activity' | 'subscribers' | 'report_sla' | 'report_usage' | 'report_revenue'
  /** What the page shows while its address says nothing else, such as its month. */
  shows?: Readonly<Record<string, string>>
  label?: string
}

/** The way from a list to a file of exactly what it shows: the filters go along in the address. */
export function ExportLink({ kind, shows, label }: ExportLinkProps) {
  const frame = useFrame()
  const { page: _page, view: _view, cols: _cols, ...filters } = parseSearch(useSearchText())
  const place =
    frame.kind === 'org' ? orgPlaces.newExport(frame.tenantId) : partnerPlaces.newExport(frame.partnerId)
  const within = frame.kind === 'acting' ? { tenant: frame.tenantId } : {}
  return (
    <GoLink to={place + stringifySearch({ ...shows, ...filters, ...within, kind })}>
      {label ?? t('export.link')}
    </GoLink>
  )
}
