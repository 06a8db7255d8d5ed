import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Resale } from '@liaison/client'

import { ActivityList } from '../../parts/activity-list.tsx'
import { reasonBody } from '../../parts/move-button.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer, Bones } from '../../parts/states.tsx'
import { DateText, IdText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { neverAllowed, sentencesOfActions } from '../shared/access-words.ts'
import { standingFacts } from '../shared/standing-facts.tsx'
import { AccessStopped } from './access-stopped.tsx'
import { isLiveResale, useResale } from './calls-consents.ts'
import { sentencesOfOrders, useOpenOrders } from './open-orders.ts'
import { StopAccess } from './stop-access.tsx'

function partnerOf({ partner_name: name }: Resale): string {
  return name ?? t('resale.plain')
}

function ResaleFacts({ resale }: { resale: Resale }) {
  const now = useNow(60_000)
  const partner = partnerOf(resale)
  return (
    <Panel title={t('access.link_plain')}>
      <Facts
        facts={[
          ...standingFacts({ ...resale, by: resale.status_changed_by_side }, now),
          fact(t('column.partner'), partner),
          fact(t('access.accounts'), joinNames(resale.bans)),
          fact(t('access.pays'), t('access.pays_resale', { partner })),
          fact(t('resale.agreement'), resale.agreement_reference),
          fact(
            t('resale.attested'),
            t('resale.attested_value', {
              date: formatDate(resale.attested_at),
              name: resale.attested_by ?? t('value.unknown_person'),
            }),
          ),
          fact(t('link.starts'), <DateText iso={resale.starts_at} />),
          fact(t('link.ends'), <DateText iso={resale.ends_at} />),
          fact(t('link.id'), <IdText id={resale.resale_id} />),
        ]}
      />
    </Panel>
  )
}

function Body({ resale }: { resale: Resale }) {
  const partner = partnerOf(resale)
  const mayRead = useMay('tenant.partner_access.audit.read')
  const { can, cannot } = sentencesOfActions(resale.actions)
  return (
    <div className="columns">
      <div className="stack">
        <Note tone="off">
          <p>
            {t('resale.about')} {isLiveResale(resale) && t('resale.narrow', { partner })}
          </p>
        </Note>
        {resale.status === 'revoked' && (
          <Note tone="off">
            <p>{t('consent.data_note', { partner })}</p>
          </Note>
        )}
        <Panel title={t('access.can_title', { partner })}>
          <PermissionList can={can} cannot={[...cannot, ...neverAllowed()]} who={t('access.they')} />
        </Panel>
        {mayRead && (
          <section aria-label={t('access.did_title', { partner })}>
            <h2 className="section-title">{t('access.did_title', { partner })}</h2>
            <ActivityList
              filter={{ partner_id: resale.partner_id, by: 'partner', limit: 10 }}
              isFiltered={false}
              emptyText={t('access.did_none', { partner })}
            />
          </section>
        )}
      </div>
      <ResaleFacts resale={resale} />
    </div>
  )
}

/** One wholesaler's access: to which accounts, under which agreement, until when, and how to stop it. */
export function ResalePage() {
  const { tenantId } = useFrame()
  const go = useGo()
  const mayStop = useMay('tenant.partner_access.revoke')
  const resale = useResale(useParam('resale'))
  const found = resale.data
  return (
    <Page
      title={found ? t('resale.title', { partner: partnerOf(found) }) : t('resale.plain')}
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
      tools={
        found &&
        mayStop &&
        isLiveResale(found) && (
          <Button variant="default" onClick={() => go(orgPlaces.stopResale(tenantId, found.resale_id))}>
            {t('access.stop', { partner: partnerOf(found) })}…
          </Button>
        )
      }
    >
      <Answer query={resale} lines={12}>
        {(one) => <Body resale={one} />}
      </Answer>
    </Page>
  )
}

function StopForm({ resale }: { resale: Resale }) {
  const { tenantId } = useFrame()
  const orders = useOpenOrders()
  const partner = partnerOf(resale)
  const record = orgPlaces.resale(tenantId, resale.resale_id)
  if (orders.isLoading) return <Bones lines={6} />
  return (
    <StopAccess
      partner={partner}
      record={record}
      effects={[
        t('resale.stop', { partner, accounts: joinNames(resale.bans) }),
        t('consent.stop_tokens'),
        t('resale.stop_bill'),
        ...sentencesOfOrders(orders.data, resale.resale_id),
        t('stop.kept', { partner }),
      ]}
      stop={(reason, { client }) =>
        readBody(
          client.POST('/tenant/resales/{resale_id}/revoke', {
            params: { path: { resale_id: resale.resale_id } },
            body: reasonBody(reason),
          }),
        )
      }
      stoppedAt={resale.status === 'revoked' ? resale.status_changed_at : null}
      renderDone={(at) => <AccessStopped partner={partner} record={record} id={resale.resale_id} at={at} />}
    />
  )
}

/** Stops a wholesaler's access for good (level 2). */
export function StopResalePage() {
  const { tenantId } = useFrame()
  const resaleId = useParam('resale')
  const resale = useResale(resaleId)
  const found = resale.data
  return (
    <Page
      title={found ? t('stop.title', { partner: partnerOf(found) }) : t('stop.title_plain')}
      back={{ to: orgPlaces.resale(tenantId, resaleId), label: t('resale.plain') }}
    >
      <Answer query={resale} lines={12}>
        {(one) => <StopForm resale={one} />}
      </Answer>
    </Page>
  )
}
