import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate, PortfolioLink } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { reachOf, Scope, toScope } from '#platform/reach.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { addFloors, listFloors } from './floor-store.ts'
import type { FloorTarget } from './floor-store.ts'
import { linkIdOf, PolicyVersionShown, toTermsShown, toVersionShown } from './schemas.ts'
import type { PolicyVersion } from './store.ts'
import { defaultTerms, Terms, TermsShown } from './terms.ts'

const MAXIMUM_ITEMS = 200

/** A floor for several subsidiaries. */
export const FloorsInput = z
  .strictObject({
    terms: Terms.refine((terms) => terms.escalate_to.length === 0, {
      path: ['escalate_to'],
      message: 'must be empty: a floor for several customers names nobody',
      params: { code: 'NOT_FOR_SEVERAL' },
    }),
    note: plainText(3, 500).meta({ description: 'Why it changes; kept with each version.' }),
    items: z
      .array(
        z.strictObject({
          tenant_id: publicId('tenant'),
          version: z.int().min(0).meta({
            description:
              'The version that was read, 0 for none: where there is a newer one, this one is refused.',
          }),
        }),
      )
      .min(1)
      .max(MAXIMUM_ITEMS)
      .refine((items) => new Set(items.map((item) => item.tenant_id)).size === items.length, {
        message: 'names a customer twice',
        params: { code: 'DUPLICATE_ITEM' },
      }),
  })
  .meta({ id: 'SlaFloorsInput' })

const FloorResult = z.strictObject({
  tenant_id: z.string(),
  tenant_name: z.string().nullable(),
  outcome: z.enum(['done', 'unchanged', 'refused']),
  version: z.int().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
})

/** What became of the floor in each subsidiary, in the order of the request. */
export const FloorResults = z
  .strictObject({ done: z.int(), unchanged: z.int(), refused: z.int(), items: z.array(FloorResult) })
  .meta({ id: 'SlaFloorResults' })

/** The subsidiaries for which a floor may be set, with the newest one. */
export const FloorList = z
  .strictObject({
    items: z.array(
      z.strictObject({
        tenant_id: z.string(),
        tenant_name: z.string(),
        link_id: z.string().nullable(),
        floor: PolicyVersionShown.nullable(),
      }),
    ),
    usual_terms: TermsShown.meta({
      description: 'What holds where nothing was agreed: the terms to begin a first floor with.',
    }),
    scope: Scope,
  })
  .meta({ id: 'SlaFloorList' })

type Item = z.output<typeof FloorsInput>['items'][number]
type Result = z.input<typeof FloorResult>

const byName = (left: PortfolioLink, right: PortfolioLink): number =>
  left.tenant.name.localeCompare(right.tenant.name, 'en')

const targetOf = ({ tenant, facts }: PortfolioLink): FloorTarget | null =>
  facts.link ? { tenantId: tenant.id, linkId: facts.link.id } : null

/** The newest floor of each subsidiary that the caller may set one for. */
export async function answerFloors(mandate: Mandate<'portfolio'>) {
  const targets = mandate.links.flatMap((link) => targetOf(link) ?? [])
  const newest = await listFloors(mandate, targets)
  noteRead(mandate, {
    action: 'sla.policies.read',
    tenants: mandate.links.map(({ tenant }) => ({
      tenantId: tenant.id,
      rowCount: newest.has(tenant.id) ? 1 : 0,
    })),
    rowCount: newest.size,
  })
  return {
    items: mandate.links.toSorted(byName).map(({ tenant, facts }) => {
      const floor = newest.get(tenant.id)
      return {
        tenant_id: encodeId('tenant', tenant.id),
        tenant_name: tenant.name,
        link_id: linkIdOf(facts.link?.id ?? null),
        floor: floor === undefined ? null : toVersionShown(floor),
      }
    }),
    usual_terms: toTermsShown(defaultTerms(null, 'UTC')),
    scope: toScope(reachOf(mandate)),
  }
}

const HIDDEN = 'No customer for which you may set a floor has this id.'
const OVERTAKEN = 'There is a newer version than the one that was read.'

const refused = (tenantId: TenantId, code: string, detail: string): Result => ({
  tenant_id: encodeId('tenant', tenantId),
  tenant_name: null,
  outcome: 'refused',
  version: null,
  code,
  detail,
})

/** Why a customer is not reached, in the words of the refusal that a request there would meet. */
function refuseUnreached(mandate: Mandate<'portfolio'>, { tenant_id: tenantId }: Item): Result {
  const excluded = mandate.excluded.find((tenant) => tenant.tenantId === tenantId)
  if (!excluded) return refused(tenantId, 'TENANT_NOT_FOUND', HIDDEN)
  const detail = 'You may not set a floor for this customer.'
  return { ...refused(tenantId, excluded.reason, detail), tenant_name: excluded.tenantName }
}

interface Planned {
  readonly link: PortfolioLink
  readonly item: Item
  readonly target: FloorTarget
  readonly before: PolicyVersion | undefined
}

/** What is to be done for one customer: a result that stands already, or a version to be written. */
function plan(
  mandate: Mandate<'portfolio'>,
  item: Item,
  found: { readonly newest: ReadonlyMap<TenantId, PolicyVersion>; readonly terms: unknown },
): Result | Planned {
  const link = mandate.links.find(({ tenant }) => tenant.id === item.tenant_id)
  const target = link && targetOf(link)
  if (!link || !target) return refuseUnreached(mandate, item)
  const before = found.newest.get(item.tenant_id)
  const named = { tenant_name: link.tenant.name, version: before?.version ?? 0 }
  if (item.version !== named.version)
    return { ...refused(item.tenant_id, 'PRECONDITION_FAILED', OVERTAKEN), ...named }
  if (before !== undefined && isDeepStrictEqual(before.terms, found.terms))
    return {
      ...refused(item.tenant_id, 'NO_CHANGE', 'The floor says this already.'),
      ...named,
      outcome: 'unchanged',
    }
  return { link, item, target, before }
}

function recordFloor(
  mandate: Mandate<'portfolio'>,
  { link, target, before }: Planned,
  input: z.output<typeof FloorsInput>,
): void {
  recordEvent(mandate, {
    action: 'sla.policies.write',
    tenantId: link.tenant.id,
    tenantName: link.tenant.name,
    delegationId: target.linkId,
    resource: { type: 'sla_policy', id: target.linkId, label: 'floor' },
    changes: {
      version: { before: before?.version ?? null, after: (before?.version ?? 0) + 1 },
      priorities: { before: before?.terms.priorities ?? null, after: input.terms.priorities },
    },
    reason: input.note,
  })
}

function toResult(planned: Planned, isWritten: boolean): Result {
  const { link, item, before } = planned
  const version = before?.version ?? 0
  if (!isWritten)
    return {
      ...refused(item.tenant_id, 'PRECONDITION_FAILED', OVERTAKEN),
      tenant_name: link.tenant.name,
      version,
    }
  return {
    tenant_id: encodeId('tenant', item.tenant_id),
    tenant_name: link.tenant.name,
    outcome: 'done',
    version: version + 1,
    code: null,
    detail: null,
  }
}

/**
 * Sets one floor for several subsidiaries; each is decided and answered for itself, and what cannot be set leaves the
 * others alone. Doing it again changes nothing. Throws TENANT_NOT_FOUND when none of them can be worked on. Source: B8, "HQ may set a floor".
 */
export async function writeFloors(mandate: Mandate<'portfolio'>, input: z.output<typeof FloorsInput>) {
  const wanted = new Set<string>(input.items.map((item) => item.tenant_id))
  const targets = mandate.links
    .flatMap((link) => targetOf(link) ?? [])
    .filter((at) => wanted.has(at.tenantId))
  if (targets.length === 0) throw new ProblemError(404, 'TENANT_NOT_FOUND', HIDDEN)
  const newest = await listFloors(mandate, targets, { hold: true })
  const plans = input.items.map((item) => plan(mandate, item, { newest, terms: input.terms }))
  const toWrite = plans.filter((step): step is Planned => 'target' in step)
  const written = await addFloors(mandate, toWrite, input)
  for (const step of toWrite) if (written.has(step.target.tenantId)) recordFloor(mandate, step, input)
  if (written.size === 0)
    recordEvent(mandate, { action: 'sla.policies.write', reason: input.note, rowCount: 0 })
  const items = plans.map((step) =>
    'target' in step ? toResult(step, written.has(step.target.tenantId)) : step,
  )
  const count = (outcome: Result['outcome']) => items.filter((item) => item.outcome === outcome).length
  return { done: count('done'), unchanged: count('unchanged'), refused: count('refused'), items }
}
