import './agreements-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgreementDetail } from '@liaison/client'

import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { AdminActs, OwnActs } from './agreement-acts.tsx'
import { fileOf, nameOf, paths, placesOf } from './calls.ts'
import type { Side } from './calls.ts'
import { ChangesPanel, Document } from './document.tsx'

type Props = { agreement: AgreementDetail }

function About({ agreement }: Props) {
  const { notice_at: noticeAt } = agreement
  const startsAt = agreement.effective_from ?? agreement.starts_at
  return (
    <Panel title={t('agreement.about')}>
      <Facts
        facts={[
          fact(t('agreements.state'), <StatusChip family="agreement" value={agreement.state} />),
          fact(t('agreements.partner'), agreement.partner_name),
          fact(t('agreement.starts'), startsAt && formatDateTime(startsAt)),
          fact(t('agreement.ends'), agreement.effective_until && formatDateTime(agreement.effective_until)),
          fact(
            t('agreement.expires'),
            agreement.state === 'offered' && agreement.expires_at && formatDateTime(agreement.expires_at),
          ),
          fact(t('agreement.reason'), agreement.reason),
          fact(
            t('agreement.notice'),
            noticeAt &&
              t('agreement.notice_text', {
                name: agreement.notice_by ?? '',
                at: formatDateTime(noticeAt),
                reason: agreement.notice_reason ?? '',
              }),
          ),
          fact(t('agreement.drafted_by'), agreement.drafted_by),
          fact(t('agreement.offered_by'), agreement.offered_by),
          fact(
            t('agreement.fingerprint'),
            <a href={`/verify/agreements/${agreement.content_sha256}`} className="mono">
              {agreement.content_sha256}
            </a>,
          ),
        ]}
      />
    </Panel>
  )
}

function Evidence({ agreement }: Props) {
  const { signature, approval, files } = agreement
  if (signature === null) return null
  const [file] = files
  return (
    <Panel title={t('agreement.evidence')}>
      <Facts
        facts={[
          fact(t('agreement.signed_by'), `${signature.signed_by} (${signature.signer_email})`),
          fact(t('agreement.typed'), `${signature.typed_name}, ${signature.capacity}`),
          fact(t('agreement.signed_at'), formatDateTime(signature.signed_at)),
          fact(t('agreement.shown'), formatDateTime(signature.displayed_at)),
          fact(
            t('agreement.checked'),
            t(`agreement.checked_${signature.auth_method}`, { at: formatDateTime(signature.auth_at) }),
          ),
          fact(t('agreement.from_where'), [signature.ip, signature.user_agent].filter(Boolean).join(' · ')),
          fact(t('agreement.agreed'), signature.consent_text),
          fact(t('agreement.approved_by'), approval?.approved_by),
          fact(t('agreement.approved_at'), approval && formatDateTime(approval.approved_at)),
          fact(t('agreement.seal'), file && t(`agreement.seal_${file.seal}`)),
        ]}
      />
      <p className="muted small">{t('agreement.honest')}</p>
    </Panel>
  )
}

function History({ agreement }: Props) {
  if (agreement.events.length === 0) return null
  return (
    <Panel title={t('agreement.history')}>
      <ol className="plain">
        {agreement.events.map((event) => (
          <li key={event.number}>
            <b>{tValue('agreement_act', event.action)}</b> <DateText iso={event.occurred_at} />
            {event.by !== null && ` · ${event.by}`}
            {event.reason !== null && <span className="muted"> · {event.reason}</span>}
          </li>
        ))}
      </ol>
      {agreement.is_history_whole ? (
        <p className="muted small">{t('agreement.chain_whole')}</p>
      ) : (
        <Note tone="bad">{t('agreement.chain_broken')}</Note>
      )}
    </Panel>
  )
}

function Parts({ agreement }: Props) {
  return (
    <div className="stack">
      {agreement.state === 'signed' && (
        <Note tone="attention">
          {t(agreement.needs_other_approver ? 'agreement.other_approver' : 'agreement.second_person')}
        </Note>
      )}
      <About agreement={agreement} />
      <ChangesPanel changes={agreement.changes} />
      <Panel title={t('agreement.terms')}>
        <Facts facts={agreement.terms_in_words.map(({ label, value }) => fact(label, value))} />
      </Panel>
      <Panel title={t('agreement.text')}>
        <Document body={agreement.body} />
      </Panel>
      <Evidence agreement={agreement} />
      <History agreement={agreement} />
    </div>
  )
}

function OneAgreement({ side }: { side: Side }) {
  const { partnerId } = useFrame()
  const id = useParam('agreement')
  const agreement = useRead(['agreement', side, id], (frame, signal) =>
    readBody(frame.client.GET(paths[side].one, { params: { path: { agreement_id: id } }, signal })),
  )
  const found = agreement.data
  return (
    <Page
      title={found === undefined ? t('agreements.agreement') : nameOf(found)}
      back={{ to: placesOf(side, partnerId).list, label: t('agreements.title') }}
      tools={
        found !== undefined && (
          <div className="row">
            <Button component="a" variant="default" href={fileOf(side, id)}>
              {t('agreement.pdf')}
            </Button>
            {side === 'platform' ? <AdminActs agreement={found} /> : <OwnActs agreement={found} />}
          </div>
        )
      }
    >
      <Answer query={agreement}>{(body) => <Parts agreement={body} />}</Answer>
    </Page>
  )
}

/** One agreement as the provider sees it, with its moves. */
export function AgreementPage() {
  return <OneAgreement side="platform" />
}

/** One agreement as its partner sees it. */
export function OwnAgreementPage() {
  return <OneAgreement side="partner" />
}
