import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t } from '../../platform/words.ts'
import { ConsentTable, useConsentsOf } from './consents-of.tsx'

const states = ['any', 'active', 'past'] as const
const spec = { state: choiceField(states, 'any'), partner: textField(), tenant: textField() }

/** Every consent of the platform; the address can narrow it to one partner or one tenant. */
export function ConsentsPage() {
  const { values, set, clear, active } = useFilters(spec)
  const list = useConsentsOf({
    ...(values.state === 'any' ? {} : { state: values.state }),
    ...(values.partner === '' ? {} : { partner_id: values.partner }),
    ...(values.tenant === '' ? {} : { tenant_id: values.tenant }),
  })
  return (
    <Page title={t('consents.title')} lead={t('consents.lead')}>
      <FilterBar active={active} onClear={clear} note={<Refreshed query={list} />}>
        <Pick
          label={t('consents.state')}
          value={values.state}
          words={states}
          labelOf={(word) => t(word === 'any' ? 'pick.any' : `consents.${word}`)}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <ConsentTable list={list} emptyText={t('consents.none_text')} isFiltered={active.length > 0} />
    </Page>
  )
}
