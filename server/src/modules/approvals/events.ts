import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { RequestRow } from './store.ts'
import type { RequestKind } from './tables.ts'
import { ProposedCare, ProposedEarningPolicy, ProposedVersion } from './view.ts'

export type Step = 'ask' | 'confirm' | 'decline' | 'withdraw'

const ACTIONS: Readonly<Record<RequestKind, Readonly<Record<Step, string>>>> = {
  partner_termination: {
    ask: 'partners.request_termination',
    confirm: 'partners.terminate',
    decline: 'partners.decline_termination',
    withdraw: 'partners.withdraw_termination',
  },
  agreement_care: {
    ask: 'program.four_eyes.asked',
    confirm: 'program.four_eyes.changed',
    decline: 'program.four_eyes.declined',
    withdraw: 'program.four_eyes.withdrawn',
  },
  earning_policy: {
    ask: 'program.earning_policy.asked',
    confirm: 'program.earning_policy.changed',
    decline: 'program.earning_policy.declined',
    withdraw: 'program.earning_policy.withdrawn',
  },
  identity_care: {
    ask: 'configuration.identity_care_asked',
    confirm: 'configuration.identity_care_lowered',
    decline: 'configuration.identity_care_declined',
    withdraw: 'configuration.identity_care_withdrawn',
  },
}

/** What would change, or changed, in words of the record itself. */
function changesOf(row: RequestRow) {
  if (row.kind === 'partner_termination')
    return { status: { before: row.partner_status, after: 'terminated' } }
  if (row.kind === 'agreement_care') {
    const { before, four_eyes: after } = ProposedCare.parse(row.proposed)
    return { four_eyes: { before, after } }
  }
  if (row.kind === 'identity_care') {
    const { version: after, replaces: before } = ProposedVersion.parse(row.proposed)
    return { version: { before, after }, 'policies/kyc_four_eyes': { before: true, after: false } }
  }
  const { after_version: version, ...proposed } = ProposedEarningPolicy.parse(row.proposed)
  return { version: { before: version, after: version + 1 }, ...proposed }
}

/**
 * A step of a request. The partner itself reads of its end alone: what was only asked for changed nothing of it.
 * `row` is the request as it was before the step.
 */
export function noteStep(
  mandate: Mandate<'platform'>,
  row: RequestRow,
  step: { readonly name: Step; readonly reason: string | null },
): void {
  const { partner_id: partnerId, partner_name: name } = row
  recordEvent(mandate, {
    action: ACTIONS[row.kind][step.name],
    ...(partnerId !== null &&
      name !== null && {
        resource: { type: 'partner', id: partnerId, label: name },
        ...(step.name === 'confirm' && { partnerId, partnerName: name }),
      }),
    ...((step.name === 'ask' || step.name === 'confirm') && { changes: changesOf(row) }),
    ...(step.reason !== null && { reason: step.reason }),
  })
}
