import { classifyChange } from '@liaison/access'
import type { LinkTerms, Mask } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { instant, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { applyChoice, tenantTermsOf } from './approval.ts'
import { getChange } from './change-store.ts'
import { ConditionsInput, DenyInput, LinkParams, RoleName } from './inputs.ts'
import { countByArea, operationsOf, screensOf } from './preview.ts'
import { getTenantLink } from './routes-tenant.ts'
import { maskOfTerms, sentencesOf, termsOf, withProposal } from './rules.ts'
import { getLink } from './store.ts'
import type { LinkRow } from './tables.ts'
import { limitOf, termsOfChange } from './tenant-changes.ts'

/** The routes of the whole product, known once it is composed. */
export type ListRoutes = () => readonly Route[]

const PreviewRow = z.strictObject({
  field: z.string(),
  label: z.string(),
  before: z.string(),
  after: z.string(),
  kind: z.enum(['widening', 'narrowing', 'mixed', 'neutral']),
})

const Operation = z.strictObject({
  method: z.string(),
  path: z.string(),
  summary: z.string(),
  permission: z.string(),
})

const PreviewBody = z.strictObject({
  can: z.array(z.string()),
  cannot: z.array(z.string()),
  diff: z.array(PreviewRow),
  areas: z.array(z.strictObject({ area: z.string(), allowed: z.int(), of: z.int() })),
  operations: z.array(Operation),
  new_operations: z.array(Operation).meta({ description: 'Those that the present terms do not open.' }),
  screens: z.array(
    z.strictObject({
      title: z.string(),
      path: z.string().meta({ description: 'Where it lies within the pages of one tenant.' }),
    }),
  ),
})

interface Comparison {
  readonly before: LinkTerms
  readonly after: LinkTerms
  readonly now: Date
}

function describe(row: LinkRow, { before, after, now }: Comparison, routes: readonly Route[]) {
  const mask: Mask = maskOfTerms(after, now)
  // Nothing is open before somebody approved, so all of a request is new.
  const open = row.approved_at === null ? 0n : maskOfTerms(before, now)
  const diff = classifyChange(before, after, now).rows.map(
    ({ field, label, before: was, after: becomes, direction }) => ({
      field,
      label,
      before: was,
      after: becomes,
      kind: direction,
    }),
  )
  return {
    ...sentencesOf(mask),
    diff,
    areas: countByArea(mask),
    operations: operationsOf(mask, routes),
    new_operations: operationsOf(mask & ~open, routes),
    screens: screensOf(mask),
  }
}

const ChangeId = publicId('change_request').optional()

async function proposed(
  mandate: Mandate<'program' | 'tenant'>,
  row: LinkRow,
  asked: { readonly before: LinkTerms; readonly change: z.output<typeof ChangeId> },
): Promise<LinkTerms> {
  if (asked.change === undefined) return asked.before
  const change = await getChange(mandate, asked.change)
  if (change.link_id !== row.id)
    throw new ProblemError(404, 'CHANGE_NOT_FOUND', 'No change request of this link has this id.')
  // Only the tenant reads for how long its rules let an access last.
  if (mandate.kind !== 'tenant') return withProposal(asked.before, change.proposal)
  return termsOfChange(change, asked.before, await limitOf(mandate))
}

function makeTenantRoute(listRoutes: ListRoutes): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/:link_id/preview',
    summary: 'What a link, a choice or a waiting change would make possible, before it is made',
    input: {
      params: LinkParams,
      body: z
        .strictObject({
          change_request_id: ChangeId,
          access_role: RoleName.optional(),
          deny: DenyInput.optional(),
          ends_at: instant().nullable().optional(),
          conditions: ConditionsInput.optional(),
          auto_renew_days: z.union([z.literal(0), z.literal(180)]).optional(),
          own_accounts_only: z.boolean().optional(),
        })
        .default({}),
    },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'explain',
    readsOnly: 'It computes what a choice would do; nothing is kept.',
    problems: ['LINK_NOT_FOUND', 'CHANGE_NOT_FOUND'],
    responses: { 200: PreviewBody },
    async handle({ mandate, params, body }) {
      const { now } = mandate.origin
      const { change_request_id: change, ...choice } = body
      const row = await getTenantLink(mandate, params.link_id)
      const before = await tenantTermsOf(mandate, row)
      const after = applyChoice(await proposed(mandate, row, { before, change }), choice, now)
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
      })
      return describe(row, { before, after, now }, listRoutes())
    },
  })
}

function makePartnerRoute(listRoutes: ListRoutes): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/links/:link_id/preview',
    summary: 'What a link or a waiting change of it opens: operations and screens',
    input: { params: LinkParams, body: z.strictObject({ change_request_id: ChangeId }).default({}) },
    access: { permission: 'partner_org.links.read' },
    limit: 'explain',
    readsOnly: 'It computes what a link opens; nothing is kept.',
    problems: ['LINK_NOT_FOUND', 'CHANGE_NOT_FOUND'],
    responses: { 200: PreviewBody },
    async handle({ mandate, params, body }) {
      const { now } = mandate.origin
      const row = await getLink(mandate, params.link_id)
      const before = termsOf(row)
      const after = await proposed(mandate, row, { before, change: body.change_request_id })
      return describe(row, { before, after, now }, listRoutes())
    },
  })
}

/** The routes that tell what a link opens before somebody decides (section 5, preview). */
export function makePreviewRoutes(listRoutes: ListRoutes): readonly Route[] {
  return [makeTenantRoute(listRoutes), makePartnerRoute(listRoutes)]
}
