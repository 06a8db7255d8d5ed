import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Resale } from '@liaison/client'

import { ActivityList } from '../../parts/activity-list.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { reasonBody } from '../../parts/move-button.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer, Bones } from '../../parts/states.tsx'
import { IdText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { neverAllowed, sentencesOfActions } from '../shared/access-words.ts'
import { GroupedLines } from '../shared/grouped-lines.tsx'
import { standingFacts } from '../shared/standing-facts.tsx'
import { AccessStopped } from './access-stopped.tsx'
import { freezesOf } from './calls.ts'
import { isLiveResale, useResale } from './calls-consents.ts'
import { FreezeNotes, shownStatus, useStanding } from './freeze-note.tsx'
import { sentencesOfOrders, useOpenOrders } from './open-orders.ts'
import { StopAccess, stoppedAt, StopTitle } from './stop-access.tsx'

function partnerOf({ partner_name: name }: Resale): string {
  return name ?? t('resale.plain')
}

function ResaleFacts({ resale, shown }: { resale: Resale; shown: string }) {
  const now = useNow(60_000)
  const partner = partnerOf(resale)
  return (
    <Panel title={t('access.link_plain')}>
      <Facts
        facts={[
          ...standingFacts({ ...resale, status: shown, by: resale.status_changed_by_side }, now),
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
          fact(t('link.starts'), <EndText iso={resale.starts_at} />),
          fact(t('link.ends'), <EndText iso={resale.ends_at} />),
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
  const standing = useStanding()
  const freezes = isLiveResale(resale) ? freezesOf(standing, resale.partner_id) : []
  const shown = shownStatus(resale.status, freezes.length > 0)
  const they = t('access.they')
  return (
    <div className="columns">
      <div className="stack">
        <FreezeNotes freezes={freezes} />
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
        <ResaleFacts resale={resale} shown={shown} />
        <Panel title={t('access.can_title', { partner })}>
          <PermissionList
            can={can}
            cannot={[...cannot, ...neverAllowed()]}
            who={they}
            renderCan={(lines) => <GroupedLines lines={lines} />}
            canTitle={shown === 'suspended' ? t('freeze.can', { who: they }) : undefined}
          />
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

function StopForm({ resale, onStopped }: { resale: Resale; onStopped: (at: string) => void }) {
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
      onStopped={onStopped}
      stoppedAt={stoppedAt(resale)}
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
    <StopTitle
      partner={found && partnerOf(found)}
      back={{ to: orgPlaces.resale(tenantId, resaleId), label: t('resale.plain') }}
      stoppedAt={found === undefined ? null : stoppedAt(found)}
    >
      {(onStopped) => (
        <Answer query={resale} lines={12}>
          {(one) => <StopForm resale={one} onStopped={onStopped} />}
        </Answer>
      )}
    </StopTitle>
  )
}
