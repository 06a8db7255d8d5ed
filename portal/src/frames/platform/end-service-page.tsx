import { readBody } from '@liaison/client'
import type { AdminService } from '@liaison/client'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate, formatMoney } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { joinNames, t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { amountOf, BilledTo } from '../shared/order-words.tsx'
import { ServiceState } from '../shared/service-list.tsx'
import { orderedByWhom } from './ordered-by-whom.ts'

function ServiceFacts({ service }: { service: AdminService }) {
  return (
    <Panel title={t('services.service')}>
      <Facts
        facts={[
          fact(t('orders.item'), service.product_name),
          fact(
            t('terms.customer'),
            <GoLink to={platformPlaces.tenant(service.customer_id)}>{service.customer_name}</GoLink>,
          ),
          fact(t('orders.account'), service.customer_ban),
          fact(t('orders.state'), <ServiceState service={service} />),
          fact(t('orders.bill_to'), <BilledTo done={service} tenantId="" />),
          fact(t('orders.monthly'), amountOf(service.monthly)),
          fact(t('orders.placed_by'), orderedByWhom(service)),
          fact(t('services.since'), <DateText iso={service.started_at} />),
          fact(t('link.id'), <IdText id={service.service_id} />),
        ]}
      />
    </Panel>
  )
}

/** What comes of it: for whom it ends, until when it is billed to whom, and who reads the reason. */
function effectsOf(service: AdminService, now: Date): string[] {
  const { customer_name: tenant, product_name: product, billing, monthly, placed_by: by } = service
  const told = new Set([tenant, billing.party_name, ...(by.partner_name === null ? [] : [by.partner_name])])
  return [
    t('services.end_now', { tenant, service: product }),
    monthly.amount_minor === 0
      ? t('services.end_free')
      : t('services.end_bill', {
          amount: formatMoney(monthly),
          payer: billing.party_name,
          ban: billing.ban,
          date: formatDate(now.toISOString()),
        }),
    t('services.end_told', { names: joinNames([...told]) }),
  ]
}

function EndForm({ service }: { service: AdminService }) {
  const go = useGo()
  const now = useNow(60_000)
  const names = { service: service.product_name, tenant: service.customer_name }
  const back = () => go(platformPlaces.services())
  const write = useWrite(
    (reason: string, { client }) =>
      readBody(
        client.POST('/admin/services/{service_id}/end', {
          params: { path: { service_id: service.service_id } },
          body: { reason },
        }),
      ),
    () => {
      showToast(t('services.end_done', names))
      back()
    },
  )
  return (
    <ConfirmPage
      effects={effectsOf(service, now)}
      typed={service.customer_name}
      typedLabel={t('services.end_type')}
      act={t('services.end_act', names)}
      keep={t('services.end_keep')}
      reason="required"
      isBusy={write.isPending}
      error={write.error}
      onKeep={back}
      onAct={(reason) => write.mutate(reason)}
    />
  )
}

function End({ service }: { service: AdminService }) {
  const mayEnd = useMay('platform.commercial.manage')
  if (service.ended_at !== null)
    return <Note tone="off">{t('services.end_already', { date: formatDate(service.ended_at) })}</Note>
  return mayEnd ? <EndForm service={service} /> : <Note tone="off">{t('services.end_who')}</Note>
}

/** Ends a service for good (level 2). */
export function EndServicePage() {
  const id = useParam('service')
  const service = useRead(['service', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/services/{service_id}', { params: { path: { service_id: id } }, signal }),
    ),
  )
  const found = service.data
  return (
    <Page
      title={
        found === undefined
          ? t('services.end_plain')
          : t('services.end_title', { service: found.product_name, tenant: found.customer_name })
      }
      back={{ to: platformPlaces.services(), label: t('nav.services') }}
    >
      <Answer query={service} lines={10}>
        {(body) => (
          <div className="columns">
            <End service={body} />
            <ServiceFacts service={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
