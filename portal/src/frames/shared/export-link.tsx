import { parseSearch, stringifySearch } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useSearchText } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'

/** The way from a list to a file of exactly what it shows: the filters go along in the address. */
export function ExportLink({ kind }: { kind: 'invoices' | 'tickets' | 'activity' | 'subscribers' }) {
  const frame = useFrame()
  const { page: _page, view: _view, ...filters } = parseSearch(useSearchText())
  const place =
    frame.kind === 'org' ? orgPlaces.newExport(frame.tenantId) : partnerPlaces.newExport(frame.partnerId)
  return <GoLink to={place + stringifySearch({ kind, ...filters })}>{t('export.link')}</GoLink>
}
