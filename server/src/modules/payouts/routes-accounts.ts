import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { recordEvent } from '#platform/mandate.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  countSharers,
  decideAccount,
  findAccount,
  getAccount,
  listWaiting,
  mailOwners,
  replaceAccount,
  requireAccountVersion,
} from './account-store.ts'
import type { AccountDecision, AccountRow } from './account-store.ts'
import { AccountBody, AccountInput, toAccount, toNewAccount } from './account-view.ts'
import { accountMail } from './mails.ts'

const OWN = '/api/v1/program/payout-account'
const ADMIN = '/api/v1/admin/partners/:partner_id/payout-account'
const PartnerParams = z.strictObject({ partner_id: publicId('partner') })

const OwnAnswer = z.strictObject({ account: AccountBody.nullable() }).meta({ id: 'OwnPayoutAccount' })

type AccountAction = 'changed' | 'verified' | 'held' | 'released'

function recordAccount(
  mandate: Mandate<'platform' | 'program'>,
  row: AccountRow,
  event: { readonly action: AccountAction; readonly before?: string | null; readonly reason?: string },
): void {
  recordEvent(mandate, {
    action: `program.payout_account.${event.action}`,
    partnerId: row.partner_id,
    resource: { type: 'payout_account', id: row.id, label: row.label },
    ...(event.action === 'changed' && {
      changes: { account: { before: event.before ?? null, after: row.label }, method: row.method },
    }),
    ...(event.reason !== undefined && { reason: event.reason }),
  })
}

const answerOwn = (row: AccountRow | undefined) =>
  sentAt({ account: row ? toAccount(row) : null }, row?.version ?? 0)

const makeOwnRoutes = ({ vault }: Services): readonly Route[] => [
  route({
    method: 'GET',
    path: OWN,
    summary: 'The account that the partner is paid on, without its number',
    input: {},
    access: { permission: 'partner_org.payouts.read' },
    limit: 'detail',
    responses: { 200: OwnAnswer },
    handle: async ({ mandate }) => answerOwn(await findAccount(mandate, mandate.partner.id)),
  }),
  route({
    method: 'PUT',
    path: OWN,
    summary: 'Give another account to be paid on; payouts then wait 72 hours and every owner is told',
    input: { body: AccountInput },
    access: { permission: 'partner_org.payout_account.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['PAYOUT_ACCOUNT_CONFLICT'],
    responses: { 200: OwnAnswer },
    async handle({ mandate, body, expectedVersion }) {
      const before = await findAccount(mandate, mandate.partner.id)
      requireAccountVersion(before, expectedVersion)
      const after = await replaceAccount(mandate, vault, { before, account: toNewAccount(body) })
      recordAccount(mandate, after, { action: 'changed', before: before?.label ?? null })
      const mail = accountMail({
        partnerName: mandate.partner.name,
        label: after.label,
        by: mandate.actor.name,
        usableFrom: `${after.usable_from.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      })
      await mailOwners(mandate, mandate.partner.id, mail)
      return answerOwn(after)
    },
  }),
]

const AdminAnswer = AccountBody.extend({
  shared_with: z
    .int()
    .meta({ description: 'How many other partners are paid to the same account; a reason to look closer.' }),
}).meta({ id: 'PayoutAccountOfPartner' })

async function answerAdmin(mandate: Mandate<'platform'>, row: AccountRow) {
  const sharers = await countSharers(mandate, row.id)
  return sentAt({ ...toAccount(row), shared_with: sharers }, row.version)
}

const PAST = { verify: 'verified', hold: 'held', release: 'released' } as const

async function decide(
  mandate: Mandate<'platform'>,
  asked: { readonly partnerId: string; readonly expected: number; readonly decision: AccountDecision },
) {
  const before = await getAccount(mandate, asked.partnerId)
  requireAccountVersion(before, asked.expected)
  const after = await decideAccount(mandate, before, asked.decision)
  const { decision } = asked
  recordAccount(mandate, after, {
    action: PAST[decision.act],
    ...(decision.act === 'hold' && { reason: decision.reason }),
  })
  return answerAdmin(mandate, after)
}

const WaitingBody = AdminAnswer.extend({ partner_id: z.string(), partner_name: z.string() }).meta({
  id: 'PayoutAccountToCheck',
})

const waiting = route({
  method: 'GET',
  path: '/api/v1/admin/payout-accounts',
  summary: 'Accounts that wait to be verified, or whose payouts are stopped',
  input: { query: z.strictObject(pageQuery) },
  access: { permission: 'platform.payouts.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(WaitingBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listWaiting(mandate, query)
    const items = rows.map((row) => ({
      ...toAccount(row),
      shared_with: row.shared_with,
      partner_id: publicIdOf('partner', row.partner_id),
      partner_name: row.partner_name,
    }))
    return toPage(items, query, total)
  },
})

const problems = ['PAYOUT_ACCOUNT_NOT_FOUND', 'PAYOUT_ACCOUNT_CONFLICT']

const adminRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: ADMIN,
    summary: 'The account that a partner is paid on, without its number',
    input: { params: PartnerParams },
    access: { permission: 'platform.payouts.read' },
    limit: 'detail',
    problems: ['PAYOUT_ACCOUNT_NOT_FOUND'],
    responses: { 200: AdminAnswer },
    handle: async ({ mandate, params }) => answerAdmin(mandate, await getAccount(mandate, params.partner_id)),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/verify`,
    summary: 'Record that the account is the partner’s own; nobody of the partner does it',
    input: { params: PartnerParams },
    access: { permission: 'platform.payouts.run' },
    limit: 'write',
    ifMatch: true,
    problems,
    responses: { 200: AdminAnswer },
    handle: ({ mandate, params, expectedVersion }) =>
      decide(mandate, {
        partnerId: params.partner_id,
        expected: expectedVersion,
        decision: { act: 'verify' },
      }),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/hold`,
    summary: 'Stop payouts to a partner until they are released',
    input: { params: PartnerParams, body: z.strictObject({ reason: plainText(3, 500) }) },
    access: { permission: 'platform.payouts.run' },
    limit: 'write',
    ifMatch: true,
    problems,
    responses: { 200: AdminAnswer },
    handle: ({ mandate, params, body, expectedVersion }) =>
      decide(mandate, {
        partnerId: params.partner_id,
        expected: expectedVersion,
        decision: { act: 'hold', reason: body.reason },
      }),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/release`,
    summary: 'Let payouts to a partner go on',
    input: { params: PartnerParams },
    access: { permission: 'platform.payouts.run' },
    limit: 'write',
    ifMatch: true,
    problems,
    responses: { 200: AdminAnswer },
    handle: ({ mandate, params, expectedVersion }) =>
      decide(mandate, {
        partnerId: params.partner_id,
        expected: expectedVersion,
        decision: { act: 'release' },
      }),
  }),
]

/** The accounts that partners are paid on: given by owners, verified and held by the provider (D7). */
export const makeAccountRoutes = (services: Services): readonly Route[] => [
  ...makeOwnRoutes(services),
  waiting,
  ...adminRoutes,
]
