import { readBody } from '@liaison/client'
import type { PartnerConsentDetail } from '@liaison/client'

import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { ChangeHistory } from '../shared/change-history.tsx'
import { AccountNumber } from '../shared/account-number.tsx'
import { boundOf } from '../shared/bound.ts'
import { orderedOf } from '../shared/ordered.ts'
import { standingFacts } from '../shared/standing-facts.tsx'
import { GiveBack } from './give-back.tsx'

type ConsentProps = { consent: PartnerConsentDetail }

/** State, dates, purpose and origin of the access, in the words that the customer reads. */
function ConsentFacts({ consent }: ConsentProps) {
  const now = useNow(60_000)
  const { client } = consent
  return (
    <Panel title={t('granted.record')}>
      <Facts
        facts={[
          ...standingFacts({ ...consent, by: consent.status_changed_by }, now),
          fact(t('granted.since'), formatDateTime(consent.status_changed_at)),
          fact(t('granted.customer'), consent.tenant_name),
          fact(
            t('consent.app'),
            t('consent.app_value', { app: client.name, environment: client.environment }),
          ),
          fact(t('granted.why'), consent.purpose && <q>{consent.purpose}</q>),
          fact(t('granted.reference'), consent.reference),
          fact(t('link.starts'), <DateText iso={consent.starts_at} />),
          fact(t('link.ends'), formatUtc(consent.ends_at)),
          fact(t('consent.ordered'), orderedOf(consent)),
          fact(t('consent.bound'), boundOf(consent)),
          fact(
            t('consent.networks'),
            consent.networks_in_force && t('consent.networks_some', { tenant: consent.tenant_name }),
          ),
          fact(t('link.last_used'), <MomentText iso={consent.last_used_at} now={now} />),
          fact(t('link.approved'), consent.approved_at && formatDateTime(consent.approved_at)),
          fact(t('link.id'), <IdText id={consent.consent_id} />),
        ]}
      />
    </Panel>
  )
}

function Body({ consent }: ConsentProps) {
  return (
    <div className="columns">
      <div className="stack">
        <Note tone="info">
          <p>{t('granted.seen', { tenant: consent.tenant_name })}</p>
        </Note>
        <Panel title={t('granted.can_title', { app: consent.client.name })}>
          <PermissionList can={consent.can} cannot={consent.cannot} who={consent.client.name} />
        </Panel>
        <Panel title={t('granted.accounts')}>
          <ul>
            {consent.accounts.map((account) => (
              <li key={account.billing_account_id}>
                <AccountNumber ban={account.ban} />
                {account.status === 'closed' && `, ${t('consent.closed')}`}
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      <div className="stack">
        <ConsentFacts consent={consent} />
        <ChangeHistory history={consent.history} />
      </div>
    </div>
  )
}

/** One access that a customer allowed an API client: the record that the customer has, too, with everything that changed on it (C8). */
export function GrantedConsentPage() {
  const { partnerId } = useFrame()
  const consentId = useParam('consent')
  const consent = useRead(['granted', consentId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/consents/{consent_id}', {
        params: { path: { consent_id: consentId } },
        signal,
      }),
    ),
  )
  const found = consent.data
  return (
    <Page
      title={
        found
          ? t('granted.consent_title', { tenant: found.tenant_name, app: found.client.name })
          : t('consent.plain')
      }
      back={{ to: partnerPlaces.granted(partnerId), label: t('granted.title') }}
      tools={found && <GiveBack consent={found} />}
    >
      <Answer query={consent} lines={12}>
        {(one) => <Body consent={one} />}
      </Answer>
    </Page>
  )
}
