import './plans-words.ts'
import { readBody } from '@liaison/client'
import type { Subscription } from '@liaison/client'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { PriceText } from './plan-words.tsx'

const states = ['any', 'signing', 'signed', 'suspended', 'unsigned'] as const
const spec = { state: choiceField(states, 'any'), page: pageField() }

/** How people of the partner know a user. */
export function userNameOf({ user_name: name, user_email: email, end_user_id: id }: Subscription): string {
  return name || email || id
}

function toColumns(par: string): Column<Subscription>[] {
  return [
    {
      id: 'user',
      header: t('subscriptions.user'),
      cell: (row) => (
        <>
          <GoLink className="thing" to={partnerPlaces.subscription(par, row.subscription_id)}>
            {userNameOf(row)}
          </GoLink>
          <br />
          <span className="small muted">{row.user_email}</span>
        </>
      ),
    },
    { id: 'plan', header: t('subscriptions.plan'), cell: (row) => row.plan_name },
    {
      id: 'state',
      header: t('subscriptions.state'),
      cell: (row) => <StatusChip family="subscription" value={row.state} />,
    },
    {
      id: 'price',
      header: t('plans.price'),
      numeric: true,
      cell: (row) => <PriceText price={row.price} period={row.period} />,
    },
    {
      id: 'ends',
      header: t('subscriptions.ends'),
      numeric: true,
      cell: (row) => <DateText iso={row.ended_at ?? row.cancel_at} />,
    },
    {
      id: 'since',
      header: t('subscriptions.since'),
      numeric: true,
      cell: (row) => <DateText iso={row.asked_at} />,
    },
  ]
}

type FiltersProps = { filters: ReturnType<typeof useFilters<typeof spec>>; note: ReactNode }

function Filters({ filters, note }: FiltersProps) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <Pick
        label={t('subscriptions.state')}
        value={values.state}
        words={states}
        labelOf={anyOr('status.subscription')}
        onValue={(state) => set({ state })}
      />
    </FilterBar>
  )
}

/** The subscriptions of the partner's users. */
export function SubscriptionsPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const query = { ...pagingQuery(values.page), ...optional('state', values.state) }
  const subscriptions = useRead(
    ['subscriptions', query],
    (frame, signal) => readBody(frame.client.GET('/partner/subscriptions', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  const isFiltered = active.length > 0
  return (
    <Page title={t('subscriptions.title')} lead={t('subscriptions.lead')}>
      <div className="stack">
        <Filters filters={filters} note={<Refreshed query={subscriptions} />} />
        <PagedTable
          query={subscriptions}
          caption={t('subscriptions.title')}
          columns={columns}
          rowId={(row) => row.subscription_id}
          empty={
            <NoRows
              isFiltered={isFiltered}
              title={t('subscriptions.none')}
              text={t('subscriptions.none_text')}
            />
          }
          onPage={(page) => set({ page })}
        />
      </div>
    </Page>
  )
}
