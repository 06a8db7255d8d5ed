import './risk-words.ts'
import { readBody, readTagged } from '@liaison/client'
import type { RiskCaseDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { IdText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { describeFact, subjectOf } from './describe.ts'
import type { Finding } from './describe.ts'

type CaseProps = { found: RiskCaseDetail }

function Seen({ finding }: { finding: Finding }) {
  return (
    <div className="stack tight">
      <div className="row">
        <strong>{tValue('risk_rule', finding.rule)}</strong>
        <StatusChip family="risk_outcome" value={finding.effect} />
      </div>
      <p className="muted">{tValue('risk_rule_about', finding.rule)}</p>
      <Facts
        facts={Object.entries(finding.facts).map(([name, value]) =>
          fact(tValue('risk_fact', name), describeFact(name, value)),
        )}
      />
      {finding.rule !== 'manual' && (
        <span className="small muted">
          {finding.version === 0
            ? t('risk.rule_default')
            : t('risk.rule_version', { version: String(finding.version) })}
        </span>
      )}
    </div>
  )
}

function About({ found }: CaseProps) {
  return (
    <Panel title={t('risk.facts')}>
      <Facts
        facts={[
          fact(
            t('risk.partner'),
            <GoLink to={platformPlaces.partner(found.partner_id)}>{found.partner_name}</GoLink>,
          ),
          fact(
            t('risk.tenant'),
            found.tenant_id === null ? (
              t('risk.whole_partner')
            ) : (
              <GoLink to={platformPlaces.tenant(found.tenant_id)}>{found.tenant_name}</GoLink>
            ),
          ),
          fact(
            t('risk.referral'),
            found.tenant_id !== null &&
              (found.referral_id === null ? t('risk.referral_none') : <IdText id={found.referral_id} />),
          ),
          fact(t('risk.outcome'), <StatusChip family="risk_outcome" value={found.outcome} />),
          fact(t('risk.partner_reads'), tValue('risk_category', found.category)),
          fact(t('risk.opened_by'), found.opened_by_name ?? t('risk.opened_by_rules')),
        ]}
      />
    </Panel>
  )
}

function Decision({ found }: CaseProps) {
  if (found.decided_at === null) return null
  return (
    <Panel title={t('risk.decision')}>
      <p>
        {t('risk.decided', {
          status: tValue('status.risk_case', found.state),
          name: found.decided_by_name ?? '',
          date: formatDateTime(found.decided_at) ?? '',
        })}
      </p>
      {found.reason !== null && <p className="said">{found.reason}</p>}
    </Panel>
  )
}

function History({ found }: CaseProps) {
  return (
    <Panel title={t('risk.history')}>
      <ul className="lines">
        {found.events.map((event) => (
          <li key={event.action + event.occurred_at}>
            <span>
              {tValue('risk_event', event.action)}
              {event.actor_name !== null && <span className="muted"> · {event.actor_name}</span>}
            </span>
            <span className="muted">{formatDateTime(event.occurred_at)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Decide({
  found,
  etag,
  decision,
}: CaseProps & { etag: string | null; decision: 'release' | 'confirm' }) {
  const names = { partner: found.partner_name }
  const isOfAll = decision === 'confirm' && found.tenant_id === null
  return (
    <MoveButton
      words={{
        act: t(`risk.${decision}`),
        title: t(`risk.${decision}_title`),
        effect: t(isOfAll ? 'risk.confirm_effect_all' : `risk.${decision}_effect`, names),
        keep: t(`risk.${decision}_keep`),
        done: t(`risk.${decision}_done`),
      }}
      reason="required"
      isDanger={decision === 'confirm'}
      move={(reason, { client }) =>
        readBody(
          client.POST('/admin/risk-cases/{risk_case_id}/resolve', {
            params: { path: { risk_case_id: found.risk_case_id } },
            headers: { 'If-Match': etag ?? '' },
            body: { decision, reason },
          }),
        )
      }
    />
  )
}

function Parts({ found }: CaseProps) {
  return (
    <div className="stack">
      <Decision found={found} />
      <div className="halves">
        <Panel title={t('risk.seen')}>
          <div className="stack">
            {found.evidence.map((finding) => (
              <Seen key={finding.rule} finding={finding} />
            ))}
          </div>
        </Panel>
        <div className="stack">
          <About found={found} />
          <History found={found} />
        </div>
      </div>
    </div>
  )
}

/** One check: what was seen, what happened, and the decision. */
export function CasePage() {
  const id = useParam('case')
  const mayDecide = useMay('platform.risk.resolve')
  const riskCase = useRead(['risk', 'cases', 'one', id], (frame, signal) =>
    readTagged(
      frame.client.GET('/admin/risk-cases/{risk_case_id}', {
        params: { path: { risk_case_id: id } },
        signal,
      }),
    ),
  )
  const found = riskCase.data
  return (
    <Page
      title={found ? subjectOf(found.body) : t('risk.title')}
      lead={found && <StatusChip family="risk_case" value={found.body.state} />}
      back={{ to: platformPlaces.riskCases(), label: t('risk.title') }}
      tools={
        found &&
        mayDecide &&
        found.body.state === 'open' && (
          <>
            <Decide found={found.body} etag={found.etag} decision="release" />
            <Decide found={found.body} etag={found.etag} decision="confirm" />
          </>
        )
      }
    >
      <Answer query={riskCase} lines={10}>
        {({ body }) => <Parts found={body} />}
      </Answer>
    </Page>
  )
}
