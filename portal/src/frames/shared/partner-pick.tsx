import { readBody } from '@liaison/client'

import { Pick } from '../../parts/filter-bar.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** A filter by partner, by name. */
export function PartnerPick({ value, onValue }: { value: string; onValue: (partner: string) => void }) {
  const partners = useRead(['partners', 'names'], (frame, signal) =>
    readBody(frame.client.GET('/admin/partners', { params: { query: { limit: 100 } }, signal })),
  )
  const known = partners.data?.items ?? []
  const names = new Map(known.map(({ partner_id: id, name }) => [id, name]))
  const ids = ['', ...names.keys(), ...(value === '' || names.has(value) ? [] : [value])]
  return (
    <Pick
      label={t('column.partner')}
      value={value}
      words={ids}
      labelOf={(id) => (id === '' ? t('pick.any') : (names.get(id) ?? id))}
      onValue={onValue}
    />
  )
}
