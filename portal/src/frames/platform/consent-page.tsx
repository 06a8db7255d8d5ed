import { readBody } from '@liaison/client'
import type { PlatformConsentDetail } from '@liaison/client'

import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { IdText, LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { daysUntil } from '../shared/access-words.ts'
import { ChangeHistory } from '../shared/change-history.tsx'
import { boundOf, networksOf } from '../shared/bound.ts'
import { orderedOf } from '../shared/ordered.ts'

type Act = 'suspend' | 'resume' | 'revoke'

function actsOf({ status, status_changed_by: by }: PlatformConsentDetail): Act[] {
  if (status === 'active') return ['suspend', 'revoke']
  if (status !== 'suspended') return []
  return by === 'provider' ? ['resume', 'revoke'] : ['revoke']
}

function ActButton({ act, consent }: { act: Act; consent: PlatformConsentDetail }) {
  const names = { partner: consent.partner_name, tenant: consent.tenant_name }
  const move = (reason: string, { client }: Frame) =>
    readBody(
      client.POST(`/admin/consents/{consent_id}/${act}`, {
        params: { path: { consent_id: consent.consent_id } },
        body: reasonBody(reason),
      }),
    )
  return (
    <MoveButton
      words={{
        act: t(`consents.${act}`),
        title: t(`consents.${act}_title`, names),
        effect: t(`consents.${act}_effect`, names),
        keep: t(`consents.${act}_keep`),
        done: t(`consents.${act}_done`, names),
      }}
      reason="required"
      isDanger={act === 'revoke'}
      move={move}
    />
  )
}

function ConsentFacts({ consent }: { consent: PlatformConsentDetail }) {
  const now = useNow(60_000)
  const { client } = consent
  return (
    <Panel title={t('consents.plain')}>
      <Facts
        facts={[
          fact(
            t('column.status'),
            <LinkChip status={consent.status} days={daysUntil(consent.ends_at, now)} />,
          ),
          fact(t('link.reason'), consent.status_reason && tValue('status_reason', consent.status_reason)),
          fact(
            t('column.partner'),
            <GoLink to={platformPlaces.partner(consent.partner_id)}>{consent.partner_name}</GoLink>,
          ),
          fact(
            t('column.tenant'),
            <GoLink to={platformPlaces.tenant(consent.tenant_id)}>{consent.tenant_name}</GoLink>,
          ),
          fact(t('client.name'), <GoLink to={platformPlaces.client(client.client_id)}>{client.name}</GoLink>),
          fact(t('consents.accounts'), consent.accounts.map((account) => account.ban).join(', ')),
          fact(t('client.scopes'), consent.scopes.join(', ')),
          fact(t('consent.ordered'), orderedOf(consent)),
          fact(t('consent.bound'), boundOf(consent)),
          fact(t('consent.networks'), networksOf(consent)),
          fact(t('link.starts'), formatDateTime(consent.starts_at)),
          fact(t('link.ends'), formatUtc(consent.ends_at)),
          fact(t('link.last_used'), <MomentText iso={consent.last_used_at} now={now} />),
          fact(
            t('link.approved'),
            consent.approved_at &&
              t('consent.approved_value', {
                date: formatDateTime(consent.approved_at),
                name: consent.approved_by_name ?? t('value.unknown_person'),
              }),
          ),
          fact(t('link.id'), <IdText id={consent.consent_id} />),
        ]}
      />
    </Panel>
  )
}

/** One consent as the provider sees it: who allowed whom what, and its history; never what was read under it. */
export function ConsentPage() {
  const id = useParam('consent')
  const mayManage = useMay('platform.links.manage')
  const consent = useRead(['consent', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/consents/{consent_id}', { params: { path: { consent_id: id } }, signal }),
    ),
  )
  const found = consent.data
  return (
    <Page
      title={
        found
          ? t('consents.one', {
              partner: found.partner_name,
              tenant: found.tenant_name,
              app: found.client.name,
            })
          : t('consents.plain')
      }
      back={{ to: platformPlaces.consents(), label: t('nav.consents') }}
      tools={
        found && mayManage && actsOf(found).map((act) => <ActButton key={act} act={act} consent={found} />)
      }
    >
      <Answer query={consent} lines={12}>
        {(body) => (
          <div className="columns">
            <div className="stack">
              <Panel title={t('consents.opens')}>
                <PermissionList can={body.can} cannot={body.cannot} who={body.partner_name} />
              </Panel>
              <ChangeHistory history={body.history} />
            </div>
            <ConsentFacts consent={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
