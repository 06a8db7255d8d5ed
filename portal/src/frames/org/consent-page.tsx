import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TenantConsentDetail } from '@liaison/client'

import { ActivityList } from '../../parts/activity-list.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { IdText, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { formatUtc } from '../../platform/utc.ts'
import { joinNames, t, tValue } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { neverAllowed, sentenceOfAction } from '../shared/access-words.ts'
import { ChangeHistory } from '../shared/change-history.tsx'
import { boundOf, networksOf } from '../shared/bound.ts'
import { GroupedLines } from '../shared/grouped-lines.tsx'
import { orderedOf } from '../shared/ordered.ts'
import { standingFacts } from '../shared/standing-facts.tsx'
import { freezesOf } from './calls.ts'
import { LessButton, LessPlace } from './allow-less.tsx'
import { useConsent } from './calls-consents.ts'
import { ConsentNarrowForm } from './consent-narrow-form.tsx'
import { FreezeNotes, shownStatus, useStanding } from './freeze-note.tsx'

type ConsentProps = { consent: TenantConsentDetail; etag: string | null }

function isLive({ status }: TenantConsentDetail): boolean {
  return status === 'active' || status === 'suspended'
}

function post(act: 'suspend' | 'resume' | 'confirm', consentId: string) {
  return (reason: string, { client }: Frame) =>
    readBody(
      client.POST(`/tenant/consents/{consent_id}/${act}`, {
        params: { path: { consent_id: consentId } },
        body: reasonBody(reason),
      }),
    )
}

/** Pausing and continuing. What the provider or the partner paused is not the organisation's to continue. */
function PauseTool({ consent }: { consent: TenantConsentDetail }) {
  const mayAllow = useMay('tenant.partner_access.approve')
  const names = { partner: consent.partner_name, app: consent.client.name }
  const isPaused = consent.status === 'suspended'
  const isOurs = consent.status_changed_by === 'tenant' || consent.status_changed_by === 'clock'
  if (isPaused && !(mayAllow && isOurs)) return null
  const act = isPaused ? 'resume' : 'suspend'
  return (
    <MoveButton
      key={act}
      words={{
        act: t(`access.${act}`),
        title: t(`access.${act}_title`, names),
        effect: t(`consent.${act}_effect`, names),
        keep: t(`access.${act}_keep`),
        done: t(`access.${act}_done`, names),
      }}
      reason="optional"
      move={post(act, consent.consent_id)}
    />
  )
}

function Tools({ consent }: { consent: TenantConsentDetail }) {
  const { tenantId } = useFrame()
  const go = useGo()
  const mayStop = useMay('tenant.partner_access.revoke')
  if (!isLive(consent) || !mayStop) return null
  return (
    <>
      <PauseTool consent={consent} />
      <LessButton />
      <Button variant="default" onClick={() => go(orgPlaces.stopConsent(tenantId, consent.consent_id))}>
        {t('access.stop', { partner: consent.partner_name })}…
      </Button>
    </>
  )
}

function ConfirmNote({ consent }: { consent: TenantConsentDetail }) {
  const mayAllow = useMay('tenant.partner_access.approve')
  if (consent.confirm_until === null || consent.status !== 'active') return null
  const names = { partner: consent.partner_name }
  return (
    <Note tone="attention">
      <p>
        {t('consent.gone', {
          name: consent.approved_by_name ?? t('value.unknown_person'),
          date: formatUtc(consent.confirm_until),
        })}
      </p>
      {mayAllow && (
        <MoveButton
          words={{
            act: t('consent.confirm'),
            title: t('consent.confirm_title', names),
            effect: t('consent.confirm_effect'),
            keep: t('consent.confirm_keep'),
            done: t('consent.confirm_done', names),
          }}
          move={post('confirm', consent.consent_id)}
        />
      )}
    </Note>
  )
}

function accountOf({ name, ban, status }: TenantConsentDetail['accounts'][number]): string {
  const words = name === null ? ban : `${name} (${ban})`
  return status === 'closed' ? t('consent.account_closed', { account: words }) : words
}

function Accounts({ accounts }: Pick<TenantConsentDetail, 'accounts'>) {
  return (
    <Panel title={t('access.accounts')}>
      <Facts facts={accounts.map((account) => fact(accountOf(account), account.who_pays ?? '–'))} />
    </Panel>
  )
}

function ConsentFacts({ consent, shown }: { consent: TenantConsentDetail; shown: string }) {
  const now = useNow(60_000)
  const { client } = consent
  return (
    <Panel title={t('access.link_plain')}>
      <Facts
        facts={[
          ...standingFacts({ ...consent, status: shown, by: consent.status_changed_by }, now),
          fact(t('column.partner'), consent.partner_name),
          fact(
            t('consent.app'),
            t('consent.app_value', { app: client.name, environment: client.environment }),
          ),
          fact(t('consent.why'), consent.purpose && <q>{consent.purpose}</q>),
          fact(t('consent.reference'), consent.reference),
          fact(t('link.starts'), <EndText iso={consent.starts_at} />),
          fact(t('link.ends'), <EndText iso={consent.ends_at} />),
          fact(t('consent.ordered'), orderedOf(consent)),
          fact(t('consent.bound'), boundOf(consent)),
          fact(t('consent.networks'), networksOf(consent)),
          fact(t('link.last_used'), <MomentText iso={consent.last_used_at} now={now} />),
          fact(t('consent.first_approved'), consent.first_approved_by_name),
          fact(
            t('link.approved'),
            consent.approved_at &&
              t('consent.approved_value', {
                date: formatUtc(consent.approved_at),
                name: consent.approved_by_name ?? t('value.unknown_person'),
              }),
          ),
          fact(t('consent.approver_leaves'), tValue('leaves', consent.approver_leaves)),
          fact(t('link.id'), <IdText id={consent.consent_id} />),
        ]}
      />
    </Panel>
  )
}

const isSentence = (text: string | null): text is string => text !== null

/** The page that the approver decided on, as it was then. */
function Shown({ shown }: { shown: TenantConsentDetail['shown'] }) {
  if (shown === null) return null
  return (
    <Panel title={t('consent.shown')}>
      <p className="muted small">{t('consent.shown_when')}</p>
      <details>
        <summary className="thing">{t('consent.shown_open')}</summary>
        <div className="stack tight">
          <Facts
            facts={[
              fact(t('column.partner'), shown.partner),
              fact(t('consent.app'), shown.client),
              fact(t('consent.why'), shown.purpose && <q>{shown.purpose}</q>),
              fact(
                t('access.until'),
                t('consent.shown_until', {
                  from: formatUtc(shown.starts_at),
                  until: formatUtc(shown.ends_at),
                }),
              ),
            ]}
          />
          <ul>
            {shown.accounts.map((account) => (
              <li key={account.billing_account_id}>
                {t('consent.shown_pays', { account: `${account.name} (${account.ban})`, pays: account.pays })}
              </li>
            ))}
          </ul>
          <PermissionList can={shown.can} cannot={shown.cannot} who={shown.partner} />
          {shown.needed.length > 0 && (
            <p>{t('consent.shown_needed', { what: joinNames(shown.needed.map(sentenceOfAction)) })}</p>
          )}
          {[...shown.limits, shown.networks, shown.stops].filter(isSentence).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      </details>
    </Panel>
  )
}

/** What was done under this access, and to it. */
function WhatItDid({ consent }: { consent: TenantConsentDetail }) {
  const mayRead = useMay('tenant.partner_access.audit.read')
  if (!mayRead) return null
  const names = { partner: consent.partner_name, app: consent.client.name }
  return (
    <section aria-label={t('access.did_title', { partner: consent.client.name })}>
      <h2 className="section-title">{t('access.did_title', { partner: consent.client.name })}</h2>
      <ActivityList
        filter={{ delegation_id: consent.consent_id, limit: 10 }}
        isFiltered={false}
        emptyText={t('consent.did_none', names)}
      />
    </section>
  )
}

function Body({ consent, etag }: ConsentProps) {
  const mayStop = useMay('tenant.partner_access.revoke')
  const standing = useStanding()
  const freezes = isLive(consent) ? freezesOf(standing, consent.partner_id) : []
  const shown = shownStatus(consent.status, freezes.length > 0)
  const they = t('access.they')
  return (
    <div className="columns">
      <div className="stack">
        <FreezeNotes freezes={freezes} />
        <ConfirmNote consent={consent} />
        {consent.status === 'revoked' && (
          <Note tone="off">
            <p>{t('consent.data_note', { partner: consent.partner_name })}</p>
          </Note>
        )}
        <ConsentFacts consent={consent} shown={shown} />
        <Panel title={t('access.can_title', { partner: consent.partner_name })}>
          <PermissionList
            can={consent.can}
            cannot={[...consent.cannot, ...neverAllowed()]}
            who={they}
            renderCan={(lines) => <GroupedLines lines={lines} />}
            canTitle={shown === 'suspended' ? t('freeze.can', { who: they }) : undefined}
          />
        </Panel>
        <Accounts accounts={consent.accounts} />
        <WhatItDid consent={consent} />
      </div>
      <div className="stack">
        {isLive(consent) && mayStop && (
          <LessPlace>
            <KeptForm value={{ consent, etag }} version={consent.version}>
              {(held) => <ConsentNarrowForm {...held} />}
            </KeptForm>
          </LessPlace>
        )}
        <Shown shown={consent.shown} />
        <ChangeHistory history={consent.history} />
      </div>
    </div>
  )
}

/** One access of an app: who, to what, until when, who pays, who allowed it, what it did, and how to make it less. */
export function ConsentPage() {
  const { tenantId } = useFrame()
  const consent = useConsent(useParam('consent'))
  const found = consent.data?.body
  return (
    <Page
      title={
        found
          ? t('consent.title', { partner: found.partner_name, app: found.client.name })
          : t('consent.plain')
      }
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
      tools={found && <Tools consent={found} />}
    >
      <Answer query={consent} lines={12}>
        {({ body, etag }) => <Body consent={body} etag={etag} />}
      </Answer>
    </Page>
  )
}
