import './second-person-words.ts'
import { readBody } from '@liaison/client'
import type { SecondPersonRequest } from '@liaison/client'

import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import type { MoveWords } from '../../parts/move-button.tsx'
import { Note } from '../../parts/page.tsx'
import { formatDate, formatMoney } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { t, tValue } from '../../platform/words.ts'

type Decision = 'confirm' | 'decline' | 'withdraw'
type RequestProps = { request: SecondPersonRequest }

const paths = {
  partner_termination: '/admin/second-person-requests/partner-terminations/{request_id}/decision',
  agreement_care: '/admin/second-person-requests/agreement-settings/{request_id}/decision',
  earning_policy: '/admin/second-person-requests/earning-settings/{request_id}/decision',
  identity_care: '/admin/second-person-requests/identity-settings/{request_id}/decision',
} as const

const permissions = {
  partner_termination: 'platform.partners.manage',
  agreement_care: 'platform.agreements.approve',
  earning_policy: 'platform.earnings.approve',
  identity_care: 'platform.configuration.manage',
} as const

/** What was asked for, in words. */
export function describeRequest(request: SecondPersonRequest): string {
  if (request.kind === 'partner_termination')
    return t('second.termination', { partner: request.partner_name ?? '' })
  if (request.kind === 'agreement_care')
    return t('second.care', { becomes: tValue('second.four_eyes', request.proposed_four_eyes ?? '') })
  if (request.kind === 'identity_care') return t('second.identity', { partner: request.partner_name ?? '' })
  const limits = Object.entries(request.proposed_policy?.two_people_above ?? {})
  if (limits.length === 0) return t('second.policy_always')
  return t('second.policy', {
    limits: limits.map(([currency, minor]) => formatMoney({ amount_minor: minor, currency })).join(', '),
    alone: t(request.proposed_policy?.approves_by_itself === true ? 'second.yes' : 'second.no'),
  })
}

function wordsOf(request: SecondPersonRequest, decision: Decision): MoveWords {
  const name = request.asked_by_name
  const confirming = {
    title: t('second.confirm_title', { what: describeRequest(request) }),
    effect:
      request.kind === 'partner_termination'
        ? t('second.confirm_termination', { partner: request.partner_name ?? '' })
        : t('second.confirm_setting', { name }),
  }
  const other = {
    title: t(decision === 'withdraw' ? 'second.withdraw_title' : 'second.decline_title', { name }),
    effect: t(decision === 'withdraw' ? 'second.withdraw_effect' : 'second.decline_effect', { name }),
  }
  return {
    ...(decision === 'confirm' ? confirming : other),
    act: t(`second.${decision}`),
    keep: t('second.confirm_keep'),
    done: t(`second.${decision}_done`),
  }
}

function DecideButton({ request, decision }: RequestProps & { decision: Decision }) {
  const send = (reason: string, { client }: Frame) =>
    readBody(
      client.POST(paths[request.kind], {
        params: { path: { request_id: request.request_id } },
        body: { decision, ...reasonBody(reason) },
      }),
    )
  return (
    <MoveButton
      words={wordsOf(request, decision)}
      move={send}
      isDanger={decision === 'confirm'}
      isApproval={decision === 'confirm'}
      {...(decision === 'decline' ? { reason: 'required' as const } : {})}
    />
  )
}

function sentenceOf(request: SecondPersonRequest) {
  if (request.request_counts === false) return 'second.by_gone'
  return request.asked_by_you ? 'second.by_you' : 'second.by_other'
}

/** What waits for a second person, who asked for it and why, with what the reader can do about it. */
export function SecondPerson({ request }: RequestProps) {
  const may = useMay(permissions[request.kind])
  const about = {
    name: request.asked_by_name,
    date: formatDate(request.asked_at),
    until: formatDate(request.ends_at),
  }
  return (
    <Note tone="attention">
      <div className="stack tight">
        <p className="strong">{t('second.waits')}</p>
        <p>{describeRequest(request)}</p>
        <p>{t(sentenceOf(request), about)}</p>
        <p>{t('second.reason', { reason: request.reason })}</p>
        {may && (
          <div className="row">
            {request.asked_by_you ? (
              <DecideButton request={request} decision="withdraw" />
            ) : (
              <>
                <DecideButton request={request} decision="decline" />
                {request.request_counts !== false && <DecideButton request={request} decision="confirm" />}
              </>
            )}
          </div>
        )}
      </div>
    </Note>
  )
}
