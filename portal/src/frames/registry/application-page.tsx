import './registry-words.ts'
import './registry.css'
import { readTagged } from '@liaison/client'
import type { PartnerApplicationDetail } from '@liaison/client'

import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { DecideButtons } from './application-acts.tsx'

type Application = PartnerApplicationDetail
type ApplicationProps = { application: Application }

function Answers({ application }: ApplicationProps) {
  const { answers, contact_email: email } = application
  return (
    <Panel title={t('application.answers')}>
      <Facts
        facts={[
          ...answers.map(({ label, answer }) => fact(label, <span className="said">{answer}</span>)),
          fact(t('application.email'), email),
        ]}
      />
    </Panel>
  )
}

function Checks({ application }: ApplicationProps) {
  const { checks, decided_by_name: name } = application
  return (
    <Panel title={name === null ? t('application.checks') : t('application.checks_then', { name })}>
      <ul className="check-list">
        {checks.map((check) => (
          <li key={check.name}>
            <div className="row">
              <strong>{t(`check_name.${check.name}`)}</strong>
              <StatusChip family="check" value={check.result} />
            </div>
            <span>{check.detail}</span>
            {check.source === 'simulated' && (
              <span className="small muted">{t('application.simulated')}</span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Messages({ application }: ApplicationProps) {
  if (application.messages.length === 0) return null
  return (
    <Panel title={t('application.messages')}>
      <ul className="check-list">
        {application.messages.map((message) => (
          <li key={message.created_at}>
            <span className="small muted">
              {message.author_name}, {formatDate(message.created_at)}
            </span>
            <p className="said">{message.body}</p>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Decision({ application }: ApplicationProps) {
  const { decided_at: at, decided_by_name: name, partner_id: partnerId } = application
  if (at === null) return null
  const status = tValue('status.application', application.status)
  return (
    <Panel title={t('application.decision')}>
      <p>{t('application.decided', { status, name: name ?? '', date: formatDate(at) ?? '' })}</p>
      {application.decision_reason !== null && (
        <p className="muted">{t(`decline_reason.${application.decision_reason}`)}</p>
      )}
      {application.decision_text !== null && <p className="said">{application.decision_text}</p>}
      {application.despite_checks !== null && (
        <p>{t('application.despite', { reason: application.despite_checks })}</p>
      )}
      {application.reapply_after !== null && (
        <p>{t('application.again', { date: formatDate(application.reapply_after) ?? '' })}</p>
      )}
      {partnerId !== null && (
        <GoLink to={platformPlaces.partner(partnerId)}>{t('application.partner')}</GoLink>
      )}
    </Panel>
  )
}

/** One application: the answers beside the checks, and the decision. */
export function ApplicationPage() {
  const reference = useParam('ref')
  const mayDecide = useMay('platform.applications.decide')
  const application = useRead(['application', reference], (frame, signal) =>
    readTagged(
      frame.client.GET('/admin/partner-applications/{reference}', {
        params: { path: { reference } },
        signal,
      }),
    ),
  )
  const found = application.data
  return (
    <Page
      title={found ? found.body.organisation : reference}
      lead={
        found && (
          <>
            <StatusChip family="application" value={found.body.status} /> {tValue('kind', found.body.kind)} ·{' '}
            <code className="mono">{reference}</code>
          </>
        )
      }
      back={{ to: platformPlaces.applications(), label: t('nav.applications') }}
      tools={found && mayDecide && <DecideButtons application={found.body} etag={found.etag} />}
    >
      <Answer query={application} lines={10}>
        {({ body }) => (
          <div className="stack">
            {body.answer_by !== null && (
              <Note>{t('application.told', { date: formatDate(body.answer_by) ?? '' })}</Note>
            )}
            <Decision application={body} />
            <div className="halves">
              <Answers application={body} />
              <div className="stack">
                <Checks application={body} />
                <Messages application={body} />
              </div>
            </div>
          </div>
        )}
      </Answer>
    </Page>
  )
}
