import { readBody } from '@liaison/client'
import type { PlatformConsent } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { EndlessTable, useEndless } from '../../parts/endless.tsx'
import type { Endless } from '../../parts/endless.tsx'
import { LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { daysUntil } from '../shared/access-words.ts'

export type ConsentQuery = {
  state?: 'active' | 'past'
  client_id?: string
  partner_id?: string
  tenant_id?: string
}

/** The consents that a query finds, newest first, as far as they were read. */
export function useConsentsOf(query: ConsentQuery): Endless<PlatformConsent> {
  return useEndless(['consents', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/admin/consents', { params: { query: { ...query, limit: 50, ...cursor } }, signal }),
    ),
  )
}

function toColumns(now: Date): Column<PlatformConsent>[] {
  return [
    {
      id: 'tenant',
      header: t('column.tenant'),
      cell: (consent) => (
        <GoLink className="thing" to={platformPlaces.consent(consent.consent_id)}>
          {consent.tenant_name}
        </GoLink>
      ),
    },
    { id: 'partner', header: t('column.partner'), cell: (consent) => consent.partner_name },
    { id: 'app', header: t('client.name'), cell: (consent) => consent.client.name },
    {
      id: 'status',
      header: t('column.status'),
      cell: (consent) => <LinkChip status={consent.status} days={daysUntil(consent.ends_at, now)} />,
    },
    {
      id: 'accounts',
      header: t('consents.accounts'),
      cell: (consent) => consent.accounts.map((account) => account.ban).join(', '),
    },
    {
      id: 'used',
      header: t('link.last_used'),
      numeric: true,
      cell: (consent) => <MomentText iso={consent.last_used_at} now={now} />,
    },
    {
      id: 'ends',
      header: t('link.ends'),
      numeric: true,
      cell: (consent) => <EndText iso={consent.ends_at} isDay />,
    },
  ]
}

type ConsentTableProps = { list: Endless<PlatformConsent>; emptyText: string; isFiltered?: boolean }

/** Consents as rows: metadata alone. */
export function ConsentTable({ list, emptyText, isFiltered = false }: ConsentTableProps) {
  const now = useNow(60_000)
  const columns = useMemo(() => toColumns(now), [now])
  return (
    <EndlessTable
      list={list}
      caption={t('consents.title')}
      columns={columns}
      rowId={(consent) => consent.consent_id}
      empty={{ title: t('consents.none'), text: emptyText }}
      isFiltered={isFiltered}
      countOf={(count) => t('consents.shown', { count })}
    />
  )
}

/** The consents of one client, partner or tenant. */
export function ConsentsOf({ query, emptyText }: { query: ConsentQuery; emptyText: string }) {
  return <ConsentTable list={useConsentsOf(query)} emptyText={emptyText} />
}
