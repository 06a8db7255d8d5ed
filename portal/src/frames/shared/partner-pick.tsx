import { Pick } from '../../parts/filter-bar.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryPartner } from './every.ts'

/** A filter by partner, by name. */
export function PartnerPick({ value, onValue }: { value: string; onValue: (partner: string) => void }) {
  const partners = useRead(['partners', 'names'], (frame, signal) =>
    readEveryPartner(frame.client, undefined, signal),
  )
  const known = partners.data ?? []
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
