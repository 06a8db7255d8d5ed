import { TextInput } from '@mantine/core'

import { ChoicePick, Day } from '../../parts/activity-fields.tsx'
import type { ActivityChoice } from '../../parts/activity-fields.tsx'
import { FilterBar, Pick, SearchBox } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import type { FilterValues } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryClient, readEveryConsent } from '../shared/every.ts'

const outcomes = ['any', 'allowed', 'denied', 'error'] as const

/** What the address of the page holds. */
export const callsSpec = {
  request: textField(),
  client: textField(),
  tenant: textField(),
  outcome: choiceField(outcomes, 'any'),
  code: textField(),
  from: textField(),
  to: textField(),
}

type CallsValues = FilterValues<typeof callsSpec>

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** The question to the server; what makes no sense in the address is left out. */
export function toQuery(values: CallsValues) {
  const { request, client, tenant, outcome, code, from, to } = values
  return {
    ...(request !== '' && { request_id: request.slice(0, 128) }),
    ...(/^cli_[0-9a-z]{26}$/.test(client) && { client_id: client }),
    ...(/^ten_[0-9a-z]{26}$/.test(tenant) && { tenant_id: tenant }),
    ...(outcome !== 'any' && { outcome: [outcome] }),
    ...(/^[A-Za-z][A-Za-z_]{0,99}$/.test(code) && { code }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  }
}

/** Customers by name, as their consents name them. */
function useTenants(): ActivityChoice[] {
  const consents = useRead(['granted', 'every'], ({ client }, signal) => readEveryConsent(client, signal), {
    enabled: useMay('partner_org.consents.read'),
  })
  const rows = consents.data ?? []
  return [...new Map(rows.map(({ tenant_id: id, tenant_name: name }) => [id, { id, name }])).values()]
}

function useClients(): ActivityChoice[] {
  const clients = useRead(['clients', 'every'], ({ client }, signal) => readEveryClient(client, signal))
  return (clients.data ?? []).map(({ client_id: id, name }) => ({ id, name }))
}

/** The filters of the calls, which live in the address. */
export function CallsFilters({ filters }: { filters: Filters<typeof callsSpec> }) {
  const { values, set, clear, active } = filters
  const [clients, tenants] = [useClients(), useTenants()]
  return (
    <FilterBar active={active} onClear={clear} note={t('calls.note')}>
      <SearchBox
        label={t('calls.request')}
        value={values.request}
        onValue={(text) => set({ request: text.trim() })}
      />
      <ChoicePick
        label={t('calls.client')}
        all={t('calls.any_client')}
        value={values.client}
        choices={clients}
        onValue={(client) => set({ client })}
      />
      <ChoicePick
        label={t('calls.customer')}
        all={t('calls.any_customer')}
        value={values.tenant}
        choices={tenants}
        onValue={(tenant) => set({ tenant })}
      />
      <Pick
        label={t('calls.outcome')}
        value={values.outcome}
        words={outcomes}
        labelOf={(word) => t(`activity.outcome.${word}`)}
        onValue={(outcome) => set({ outcome })}
      />
      <TextInput
        className="pick"
        label={t('calls.code')}
        value={values.code}
        onChange={(event) => set({ code: event.currentTarget.value })}
      />
      <Day label={t('activity.from')} value={values.from} onValue={(from) => set({ from })} />
      <Day label={t('activity.to')} value={values.to} onValue={(to) => set({ to })} />
    </FilterBar>
  )
}
