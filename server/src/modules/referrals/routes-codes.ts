import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, plainText, publicId, searchText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { getCode, insertCode, listAllowedHosts, listCodes, switchCode } from './code-store.ts'
import type { CodeMandate, CodeRow } from './code-store.ts'
import {
  CodeBody,
  CodeDetailBody,
  CodeOnBehalfInput,
  NewCodeInput,
  toCode,
  toCodeDetail,
} from './code-view.ts'
import { CODE_STATES } from './tables.ts'
import type { CodeState } from './tables.ts'

const CodeParams = z.strictObject({ code_id: publicId('referral_code') })

const listShape = {
  state: commaList(z.enum(CODE_STATES)).optional(),
  campaign: plainText(1, 60).optional(),
  search: searchText().optional(),
  ...pageQuery,
}

type CodeAction = 'created' | 'activated' | 'deactivated'

function recordCode(
  mandate: CodeMandate,
  row: CodeRow,
  event: { readonly action: CodeAction; readonly changes: Readonly<Record<string, unknown>> },
): void {
  recordEvent(mandate, {
    action: `program.code.${event.action}`,
    partnerId: row.partner_id,
    resource: { type: 'referral_code', id: row.id, label: row.code },
    changes: event.changes,
  })
}

const readerOf = (services: Services, mandate: CodeMandate) => ({
  origin: services.publicOrigin(),
  personId: mandate.actor.id,
})

async function answer(services: Services, mandate: CodeMandate, row: CodeRow) {
  return sentAt(await toCodeDetail(row, readerOf(services, mandate)), row.version)
}

async function create(
  mandate: CodeMandate,
  asked: { readonly partnerId: PartnerId; readonly input: NewCodeInput },
): Promise<CodeRow> {
  const { partnerId, input } = asked
  const id = await insertCode(mandate, {
    partnerId,
    code: input.code ?? null,
    label: input.label ?? null,
    campaign: input.campaign ?? null,
    destinationUrl: input.destination_url ?? null,
    usageLimit: input.usage_limit ?? null,
    startsAt: input.starts_at === undefined ? null : new Date(input.starts_at),
    expiresAt: input.expires_at === undefined ? null : new Date(input.expires_at),
  })
  const row = await getCode(mandate, id)
  recordCode(mandate, row, {
    action: 'created',
    changes: { code: { after: row.code }, usage_limit: { after: row.usage_limit } },
  })
  return row
}

/** Which side the routes serve: a partner keeps its own codes, the provider those of all. */
interface Side {
  readonly base: '/api/v1/program/codes' | '/api/v1/admin/codes'
  readonly read:
    | { readonly permission: 'partner_org.codes.create' }
    | { readonly permission: 'platform.referrals.read' }
  readonly manage:
    | { readonly permission: 'partner_org.codes.manage' }
    | { readonly permission: 'platform.referrals.manage' }
}

const SIDES: readonly Side[] = [
  {
    base: '/api/v1/program/codes',
    read: { permission: 'partner_org.codes.create' },
    manage: { permission: 'partner_org.codes.manage' },
  },
  {
    base: '/api/v1/admin/codes',
    read: { permission: 'platform.referrals.read' },
    manage: { permission: 'platform.referrals.manage' },
  },
]

function makeOneRoute(services: Services, { base, read }: Side): Route {
  return route({
    method: 'GET',
    path: `${base}/:code_id`,
    summary: 'One code, with its link as a QR code',
    input: { params: CodeParams },
    access: read,
    limit: 'detail',
    problems: ['REFERRAL_CODE_NOT_FOUND'],
    responses: { 200: CodeDetailBody },
    handle: async ({ mandate, params }) => answer(services, mandate, await getCode(mandate, params.code_id)),
  })
}

function makeSwitchRoute(
  services: Services,
  { base, manage }: Side,
  move: { readonly name: 'activate' | 'deactivate'; readonly to: CodeState },
): Route {
  return route({
    method: 'POST',
    path: `${base}/:code_id/${move.name}`,
    summary:
      move.to === 'active'
        ? 'Switch a code on: it refers tenants again'
        : 'Switch a code off: it refers nobody, and its link leads to the usual page',
    input: { params: CodeParams },
    access: manage,
    limit: 'write',
    problems: ['REFERRAL_CODE_NOT_FOUND', 'REFERRAL_CODE_STATE_CONFLICT'],
    responses: { 200: CodeDetailBody },
    async handle({ mandate, params }) {
      const before = await getCode(mandate, params.code_id)
      await switchCode(mandate, before, move.to)
      const after = await getCode(mandate, params.code_id)
      recordCode(mandate, after, {
        action: move.to === 'active' ? 'activated' : 'deactivated',
        changes: { state: { before: before.state, after: after.state } },
      })
      return answer(services, mandate, after)
    },
  })
}

function makePartnerRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/program/codes',
      summary: 'The codes of the partner; staff see those that they made',
      input: { query: z.strictObject(listShape) },
      access: { permission: 'partner_org.codes.create' },
      limit: 'list',
      responses: {
        200: z.strictObject({
          ...pageOf(CodeBody),
          allowed_hosts: z
            .array(z.string())
            .readonly()
            .meta({ description: 'Where links of codes may lead, besides the usual page.' }),
        }),
      },
      async handle({ mandate, query }) {
        const { rows, total } = await listCodes(mandate, query, query)
        const items = rows.map((row) => toCode(row, readerOf(services, mandate)))
        return { ...toPage(items, query, total), allowed_hosts: await listAllowedHosts(mandate) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/program/codes',
      summary: 'Make a code in the own name',
      input: { body: NewCodeInput },
      access: { permission: 'partner_org.codes.create' },
      limit: 'write',
      problems: ['REFERRAL_CODE_TAKEN', 'REFERRAL_HOST_NOT_ALLOWED'],
      responses: { 201: CodeDetailBody },
      async handle({ mandate, body }) {
        const row = await create(mandate, { partnerId: mandate.partner.id, input: body })
        return sentAt(await toCodeDetail(row, readerOf(services, mandate)), row.version, {
          Location: `/api/v1/program/codes/${publicIdOf('referral_code', row.id)}`,
        })
      },
    }),
  ]
}

const OwnedCodeBody = CodeBody.extend({ partner_id: z.string() }).meta({ id: 'OwnedReferralCode' })

const toOwned = (services: Services, mandate: CodeMandate) => (row: CodeRow) => ({
  ...toCode(row, readerOf(services, mandate)),
  partner_id: publicIdOf('partner', row.partner_id),
})

function makePlatformRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/admin/codes',
      summary: 'The codes of all partners',
      input: { query: z.strictObject({ ...listShape, partner_id: publicId('partner').optional() }) },
      access: { permission: 'platform.referrals.read' },
      limit: 'list',
      responses: { 200: z.strictObject(pageOf(OwnedCodeBody)) },
      async handle({ mandate, query }) {
        const filter = { ...query, partnerId: query.partner_id }
        const { rows, total } = await listCodes(mandate, filter, query)
        return toPage(rows.map(toOwned(services, mandate)), query, total)
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/admin/codes',
      summary: 'Make a code on behalf of a partner; its owners see it',
      input: { body: CodeOnBehalfInput },
      access: { permission: 'platform.referrals.manage' },
      limit: 'write',
      problems: ['REFERRAL_CODE_TAKEN', 'REFERRAL_HOST_NOT_ALLOWED', 'REFERRAL_INPUT_UNKNOWN'],
      responses: { 201: CodeDetailBody },
      async handle({ mandate, body }) {
        const row = await create(mandate, { partnerId: body.partner_id, input: body })
        return sentAt(await toCodeDetail(row, readerOf(services, mandate)), row.version, {
          Location: `/api/v1/admin/codes/${publicIdOf('referral_code', row.id)}`,
        })
      },
    }),
  ]
}

/** The routes by which partners and the provider keep codes (D5). */
export function makeCodeRoutes(services: Services): readonly Route[] {
  return [
    ...makePartnerRoutes(services),
    ...makePlatformRoutes(services),
    ...SIDES.flatMap((side) => [
      makeOneRoute(services, side),
      makeSwitchRoute(services, side, { name: 'activate', to: 'active' }),
      makeSwitchRoute(services, side, { name: 'deactivate', to: 'inactive' }),
    ]),
  ]
}
