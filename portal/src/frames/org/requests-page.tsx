import '../shared/link-event-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AccessChange, TenantLink } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { DiffList } from '../../parts/permission-list.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces, serverPlaces } from '../../places.ts'
import { FirstApproval } from '../shared/void-first.tsx'
import { linesOf } from './access-cards.tsx'
import { useAccessLinks } from './calls.ts'
import { ElevationNote } from './elevation-note.tsx'
import { OwnPartnerNote } from './own-partner-note.tsx'
import { WaitingConsents } from './waiting-consents.tsx'
import { WaitingSupport } from './waiting-support.tsx'
import { whoPays } from './who-pays.ts'

function DeclineButton({ link }: { link: TenantLink }) {
  const [isOpen, setOpen] = useState(false)
  const names = { partner: link.partner_name }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/tenant/partner-access/links/{link_id}/decline', {
          params: { path: { link_id: link.link_id } },
          body: reason === '' ? {} : { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t('requests.declined', names))
    },
  )
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('requests.decline')}…
      </Button>
      <Ask
        opened={isOpen}
        title={t('requests.decline_title', names)}
        act={t('requests.decline_act')}
        keep={t('requests.decline_keep')}
        isBusy={write.isPending}
        error={write.error}
        reason="optional"
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t('requests.decline_effect', names)}
      </Ask>
    </>
  )
}

function Request({ link }: { link: TenantLink }) {
  return (
    <Panel title={t('requests.one', { partner: link.partner_name })}>
      <div className="stack">
        <Facts
          facts={[
            fact(t('access.role'), link.role_title),
            fact(t('link.kind'), tValue('relationship', link.relationship_type)),
            fact(t('link.message'), link.request_message && <q>{link.request_message}</q>),
            fact(t('link.asked'), <DateText iso={link.requested_at} />),
            fact(t('link.answer_by'), <DateText iso={link.request_expires_at} />),
          ]}
        />
        <div className="row">
          <Button component="a" href={serverPlaces.reviewLink(link.link_id)}>
            {t('requests.review')}
          </Button>
          <DeclineButton link={link} />
        </div>
      </div>
    </Panel>
  )
}

function useChangeDecision(onAllowed: (change: AccessChange) => void) {
  return useWrite(
    ({ change, decision }: Decision, frame) => {
      const params = { path: { change_request_id: change.change_request_id } }
      return readBody(
        decision === 'approve'
          ? frame.client.POST('/tenant/partner-access/changes/{change_request_id}/approve', {
              params,
              body: { snapshot_token: change.snapshot_token ?? '' },
            })
          : frame.client.POST('/tenant/partner-access/changes/{change_request_id}/decline', {
              params,
              body: {},
            }),
      )
    },
    (answer, { change, decision }) => {
      const isAllowed = decision === 'approve' && answer.status !== 'waiting'
      if (isAllowed) onAllowed(answer)
      showToast(
        t(answer.status === 'waiting' ? 'requests.change_waits' : `requests.change_${decision}d`, {
          partner: change.partner_name,
        }),
      )
    },
  )
}

/** What a partner has while it asks for more, which stays when it gets no more. */
function HasNow({ link }: { link: TenantLink }) {
  return (
    <Facts
      facts={[
        fact(t('requests.change_now'), linesOf(link.can)),
        fact(t('access.until'), link.ends_at === null ? t('link.no_end') : <EndText iso={link.ends_at} />),
        fact(t('access.pays'), whoPays(link)),
      ]}
    />
  )
}

function titleOf(change: AccessChange): string {
  return t(change.begun_by === 'tenant' ? 'requests.change_own' : 'requests.change_one', {
    partner: change.partner_name,
    person: change.requested_by_name,
    date: formatDate(change.requested_at),
  })
}

/** Who has approved a change already, and what happens without an answer. */
function WhoDecides({ change }: { change: AccessChange }) {
  const { first_approval: first, request_counts: counts } = change
  const isVoid = counts === false
  return (
    <>
      {first && (
        <FirstApproval name={first.name} counts={first.counts}>
          {t('requests.change_first', { name: first.name })}
        </FirstApproval>
      )}
      {isVoid && <p>{t('requests.change_void', { name: change.requested_by_name })}</p>}
      <p className="muted">
        {t('requests.change_keep')} {!change.may_approve && !isVoid && t('requests.change_second')}
      </p>
    </>
  )
}

type Decision = { change: AccessChange; decision: 'approve' | 'decline' }
type ChangeProps = {
  change: AccessChange
  link: TenantLink | undefined
  /** What is being sent about this change. */
  sending: Decision['decision'] | null
  onDecide: (decision: Decision['decision']) => void
}

/** One change that waits, beside what the partner has now. */
function Change({ change, link, sending, onDecide }: ChangeProps) {
  const { tenantId } = useFrame()
  return (
    <Panel title={titleOf(change)}>
      <div className="stack">
        <DiffList rows={change.rows} />
        {change.reason !== null && <q>{change.reason}</q>}
        {link && <HasNow link={link} />}
        <WhoDecides change={change} />
        <div className="row">
          <Button variant="default" loading={sending === 'decline'} onClick={() => onDecide('decline')}>
            {t('requests.change_decline')}
          </Button>
          {change.may_approve && (
            <Button loading={sending === 'approve'} onClick={() => onDecide('approve')}>
              {t('requests.change_approve', { partner: change.partner_name })}
            </Button>
          )}
          <GoLink to={orgPlaces.link(tenantId, change.link_id)}>{t('access.details')}</GoLink>
        </div>
      </div>
    </Panel>
  )
}

/** What was just allowed, which would otherwise leave with the card that asked for it: what, until when, and where it is taken back. */
function Allowed({ change, link }: { change: AccessChange; link: TenantLink | undefined }) {
  const { tenantId } = useFrame()
  return (
    <Note tone="ok">
      <p className="strong">{t('requests.change_allowed', { partner: change.partner_name })}</p>
      <DiffList rows={change.rows} />
      {link && (
        <p>
          {link.ends_at === null
            ? t('requests.change_endless')
            : t('requests.change_until', { date: formatDate(link.ends_at) })}
        </p>
      )}
      <p>
        <GoLink to={orgPlaces.link(tenantId, change.link_id)}>
          {t('requests.change_see', { partner: change.partner_name })}
        </GoLink>
      </p>
    </Note>
  )
}

function Changes() {
  const [allowed, setAllowed] = useState<readonly AccessChange[]>([])
  const links = useAccessLinks('active,approved,suspended')
  const decide = useChangeDecision((change) => setAllowed((all) => [...all, change]))
  const changes = useRead(['changes', 'waiting'], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/partner-access/changes', {
        params: { query: { status: 'waiting' } },
        signal,
      }),
    ),
  )
  // That nothing could be read is not that nothing waits.
  if (changes.isError && changes.data === undefined) return <Answer query={changes}>{() => null}</Answer>
  const waiting = changes.data?.items ?? []
  if (waiting.length === 0 && allowed.length === 0) return null
  const linkOf = (change: AccessChange) => links.data?.items.find(({ link_id: id }) => id === change.link_id)
  const sent = decide.isPending ? decide.variables : null
  return (
    <div className="stack">
      <WriteProblem error={decide.error} />
      {allowed.map((change) => (
        <Allowed key={change.change_request_id} change={change} link={linkOf(change)} />
      ))}
      {waiting.map((change) => (
        <Change
          key={change.change_request_id}
          change={change}
          link={linkOf(change)}
          sending={sent?.change.change_request_id === change.change_request_id ? sent.decision : null}
          onDecide={(decision) => decide.mutate({ change, decision })}
        />
      ))}
    </div>
  )
}

/** What partners ask for: new access, and more of the access they have; and the way to what the provider's support asks. */
export function RequestsPage() {
  const { name } = useFrame()
  const requests = useAccessLinks('requested')
  return (
    <Page title={t('requests.title')} lead={t('requests.lead', { org: name })}>
      <div className="stack">
        <WaitingSupport />
        <OwnPartnerNote isWaitingOnly />
        <WaitingConsents />
        <ElevationNote isWaitingOnly />
        <Changes />
        <Answer query={requests}>
          {({ items }) =>
            items.length === 0 ? (
              <div className="list">
                <Empty title={t('requests.none')} text={t('requests.none_text')} />
              </div>
            ) : (
              items.map((link) => <Request key={link.link_id} link={link} />)
            )
          }
        </Answer>
      </div>
    </Page>
  )
}
