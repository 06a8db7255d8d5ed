import './identity-words.ts'
import './identity.css'
import { readBody } from '@liaison/client'
import type { IdentityCheckDetail } from '@liaison/client'

import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { CheckActs } from './check-acts.tsx'
import { nameOf } from './checks-page.tsx'

type CheckProps = { check: IdentityCheckDetail }

const countries = new Intl.DisplayNames('en', { type: 'region' })

function Stated({ check }: CheckProps) {
  const { document_kind: kind, redacted_at: removed } = check
  return (
    <Panel title={t('idcheck.stated')}>
      {removed === null ? (
        <Facts
          facts={[
            fact(t('idcheck.name'), check.legal_name),
            fact(t('idcheck.born'), check.birth_date !== null && formatDate(`${check.birth_date}T12:00:00Z`)),
            fact(t('idcheck.document'), kind !== null && t(`idcheck.document.${kind}`)),
            fact(
              t('idcheck.number'),
              check.document_number !== null && <code className="mono">{check.document_number}</code>,
            ),
            fact(t('idcheck.country'), check.country !== null && countries.of(check.country)),
          ]}
        />
      ) : (
        <p>{t('idcheck.removed', { date: formatDate(removed) ?? '', name: check.redacted_by_name ?? '' })}</p>
      )}
    </Panel>
  )
}

function About({ check }: CheckProps) {
  return (
    <Panel title={t('idcheck.about')}>
      <Facts
        facts={[
          fact(t('idcheck.user'), check.email),
          fact(t('idcheck.role'), check.role !== null && tValue('idcheck.role_name', check.role)),
          fact(t('idcheck.target'), tValue('idcheck.role_name', check.target_role)),
          fact(t('idcheck.decided_by'), t(`idcheck.provider.${check.provider}`)),
          fact(
            t('idcheck.attempt'),
            check.submitted_at !== null && t('idcheck.attempt_count', { count: check.attempt }),
          ),
          fact(t('idcheck.sent'), formatDateTime(check.submitted_at)),
          fact(t('idcheck.taken'), check.taken_by_name),
          fact(t('idcheck.decided'), formatDateTime(check.decided_at)),
          fact(t('idcheck.until'), formatDateTime(check.expires_at)),
        ]}
      />
    </Panel>
  )
}

function Reasons({ reasons }: { reasons: IdentityCheckDetail['reasons'] }) {
  if (reasons.length === 0) return null
  return <p className="muted">{reasons.map(({ says }) => says).join(' ')}</p>
}

function Reviews({ check }: CheckProps) {
  const { reviews, message } = check
  return (
    <Panel title={t('idcheck.reviews')}>
      {reviews.length === 0 ? (
        <p className="muted">{t('idcheck.reviews_none')}</p>
      ) : (
        <ul className="idcheck-list">
          {reviews.map((review) => (
            <li key={`${review.decided_at} ${review.reviewer_name}`}>
              <strong>{t(`idcheck.review.${review.decision}`, { name: review.reviewer_name })}</strong>
              <span className="small muted">{formatDateTime(review.decided_at)}</span>
              <Reasons reasons={review.reasons} />
            </li>
          ))}
        </ul>
      )}
      {message !== null && <p className="said">{t('idcheck.said', { text: message })}</p>}
    </Panel>
  )
}

function VendorEvents({ check }: CheckProps) {
  if (check.provider === 'manual') return null
  return (
    <Panel title={t('idcheck.vendor')}>
      {check.vendor_events.length === 0 ? (
        <p className="muted">{t('idcheck.vendor_none')}</p>
      ) : (
        <ul className="idcheck-list">
          {check.vendor_events.map((event) => (
            <li key={event.event_id}>
              <span>{t(`idcheck.vendor.${event.outcome}`)}</span>
              <span className="small muted">{formatDateTime(event.received_at)}</span>
            </li>
          ))}
        </ul>
      )}
      <Reasons reasons={check.reasons} />
    </Panel>
  )
}

/** What a reviewer has to know before pressing: whose approval is still missing. */
function FourEyes({ check }: CheckProps) {
  const isHalf =
    check.status === 'in_review' && check.approvals > 0 && check.approvals < check.approvals_needed
  if (!isHalf) return null
  return <Note>{t(check.may.approve ? 'idcheck.four_eyes' : 'idcheck.yours_given')}</Note>
}

/** One identity check: what was stated beside what was decided, and what the reader can do. */
export function CheckPage() {
  const { partnerId } = useFrame()
  const id = useParam('check')
  const check = useRead(['identity-check', id], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/identity-checks/{identity_check_id}', {
        params: { path: { identity_check_id: id } },
        signal,
      }),
    ),
  )
  const found = check.data
  return (
    <Page
      title={found ? nameOf(found) : t('idcheck.title')}
      lead={
        found && (
          <>
            <StatusChip family="identity" value={found.status} /> <code className="mono">{id}</code>
          </>
        )
      }
      back={{ to: partnerPlaces.identityChecks(partnerId), label: t('idcheck.title') }}
      tools={found && <CheckActs check={found} />}
    >
      <Answer query={check} lines={10}>
        {(body) => (
          <div className="stack">
            <FourEyes check={body} />
            <div className="halves">
              <div className="stack">
                <Stated check={body} />
                <Reviews check={body} />
              </div>
              <div className="stack">
                <About check={body} />
                <VendorEvents check={body} />
              </div>
            </div>
          </div>
        )}
      </Answer>
    </Page>
  )
}
