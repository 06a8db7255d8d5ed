import { Checkbox } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useOpenOrders } from './open-orders.ts'
import { StoppedAllReceipt } from './stopped-all.tsx'
import { StoppingTable } from './stopping-table.tsx'
import { useOffersForms, useStoppingAccess, useStoppingForms } from './stopping.ts'
import type { Stopping } from './stopping.ts'

/** What stops, by its kinds, and from when on. */
export function effectsOf(rows: readonly Stopping[]): string[] {
  const count = (kind: Stopping['kind']) => rows.filter((row) => row.kind === kind).length
  const [links, apps, wholesalers] = [count('link'), count('consent'), count('resale')]
  const people = rows.reduce((sum, row) => sum + (row.people ?? 0), 0)
  return [
    ...(links > 0 ? [t('stopall.effect', { count: links, people })] : []),
    ...(apps > 0 ? [t('stopall.effect_apps', { count: apps })] : []),
    ...(wholesalers > 0 ? [t('stopall.effect_wholesalers', { count: wholesalers })] : []),
    ...(count('home') > 0 ? [t('stopall.effect_home')] : []),
    t('stopall.next_request'),
  ]
}

function StopAllForm({ access }: { access: readonly Stopping[] }) {
  const { name, tenantId } = useFrame()
  const go = useGo()
  const [stopsForms, setStopsForms] = useState(false)
  const orders = useOpenOrders().data
  const offersForms = useOffersForms()
  const forms = useStoppingForms(stopsForms).data
  const write = useWrite(async ({ reason, typed }: { reason: string; typed: string }, { client }) => {
    const body = { reason, confirm_name: typed, stops_forms: stopsForms }
    return readBody(client.POST('/tenant/partner-access/stop-all', { body }))
  })
  if (write.data) return <StoppedAllReceipt stopped={write.data} />
  const rows = stopsForms ? [...access, ...(forms ?? [])] : access
  // In an emergency nobody waits for a count.
  const count = stopsForms && forms === undefined ? 0 : rows.length
  return (
    <div className="stack">
      {rows.length > 0 && <StoppingTable rows={rows} orders={orders} />}
      <ConfirmPage
        effects={[...effectsOf(rows), t('stopall.effect_codes'), t('stopall.back')]}
        typed={name}
        typedLabel={t('stopall.type')}
        act={t('stopall.act_count', { count })}
        keep={t('stopall.keep')}
        reason="required"
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => go(orgPlaces.access(tenantId))}
        onAct={(reason, typed) => write.mutate({ reason, typed })}
      >
        {offersForms && (
          <Checkbox
            label={t('stopall.forms')}
            description={t('stopall.forms_about')}
            checked={stopsForms}
            onChange={(event) => setStopsForms(event.currentTarget.checked)}
          />
        )}
      </ConfirmPage>
    </div>
  )
}

/** The emergency page: stops every partner at once (level 3). */
export function StopAllPage() {
  const { tenantId } = useFrame()
  const access = useStoppingAccess()
  return (
    <Page
      title={t('stopall.title')}
      lead={t('stopall.lead')}
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
    >
      <Answer query={access}>{(rows) => <StopAllForm access={rows} />}</Answer>
    </Page>
  )
}
