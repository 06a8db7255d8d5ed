import { readBody } from '@liaison/client'
import { useState } from 'react'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { formatInstant } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useOpenOrders } from './open-orders.ts'
import { effectsOf } from './stop-all-page.tsx'
import { StoppedAllReceipt } from './stopped-all.tsx'
import { StoppingTable } from './stopping-table.tsx'
import { useStoppingAccess } from './stopping.ts'
import type { Stopping } from './stopping.ts'

function NothingLeft() {
  return (
    <div className="list">
      <Empty title={t('stopof.none')} text={t('stopof.none_text')} />
    </div>
  )
}

function StopForm({ partnerId, rows }: { partnerId: string; rows: readonly Stopping[] }) {
  const { tenantId } = useFrame()
  const go = useGo()
  const orders = useOpenOrders().data
  const write = useWrite(({ reason, typed }: { reason: string; typed: string }, { client }) =>
    readBody(
      client.POST('/tenant/partner-access/partners/{partner_id}/stop', {
        params: { path: { partner_id: partnerId } },
        body: { reason, confirm_name: typed },
      }),
    ),
  )
  const partner = rows[0]?.who
  if (write.data) {
    const { items, apps, homes, stopped_at: at } = write.data
    const name = [...items, ...apps, ...homes][0]?.partner_name ?? ''
    const title = t('stop.done_title', { partner: name, at: formatInstant(at) })
    return <StoppedAllReceipt stopped={{ ...write.data, forms: [], codes: [] }} title={title} />
  }
  if (partner === undefined) return <NothingLeft />
  return (
    <div className="stack">
      <StoppingTable rows={rows} orders={orders} />
      <ConfirmPage
        effects={[...effectsOf(rows), t('stop.kept', { partner }), t('stop.again', { partner })]}
        typed={partner}
        typedLabel={t('stop.type')}
        act={t('stopof.act', { partner, count: rows.length })}
        keep={t('stop.keep')}
        reason="required"
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => go(orgPlaces.access(tenantId))}
        onAct={(reason, typed) => write.mutate({ reason, typed })}
      />
    </div>
  )
}

/** Stops everything of one partner in one step, whichever ways it was let in (level 2). */
export function StopAllOfPage() {
  const { tenantId } = useFrame()
  const partnerId = useParam('partner')
  const access = useStoppingAccess()
  const ofPartner = (rows: readonly Stopping[]) => rows.filter((row) => row.partnerId === partnerId)
  const found = ofPartner(access.data ?? [])[0]?.who
  // Once all is stopped nothing names the partner any more.
  const [partner, setPartner] = useState<string>()
  if (found !== undefined && found !== partner) setPartner(found)
  return (
    <Page
      title={partner === undefined ? t('stop.title_plain') : t('stopof.title', { partner })}
      lead={t('stopof.lead')}
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
    >
      <Answer query={access}>{(rows) => <StopForm partnerId={partnerId} rows={ofPartner(rows)} />}</Answer>
    </Page>
  )
}
