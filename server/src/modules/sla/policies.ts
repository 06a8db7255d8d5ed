import type { z } from 'zod'
import { mayAlso, noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { sentAt } from '#platform/route.ts'
import { effectiveTerms, nothingAgreed, previewDue } from './promise.ts'
import type { Basis } from './promise.ts'
import { linkIdOf, toTermsShown, toVersionShown } from './schemas.ts'
import type { PolicyInput, PolicyShown, PreviewInput } from './schemas.ts'
import {
  addVersion,
  findBasis,
  findLinkHours,
  listEscalationPeople,
  listNewest,
  listVersions,
} from './store.ts'
import type { PolicyPlace, PolicyVersion } from './store.ts'
import { findLooseness } from './terms.ts'
import type { TermsValues } from './terms.ts'

export type PolicyMandate = Mandate<'acting' | 'tenant'>

export const WRITE_PERMISSION = {
  acting: 'partner.sla.policy.write',
  tenant: 'tenant.partner_access.policy.write',
} as const

/** The place that a route names. Throws LINK_NOT_FOUND for a link that this tenant does not have. */
export async function placeOf(
  mandate: PolicyMandate,
  kind: PolicyPlace['kind'],
  linkId: string | null,
): Promise<PolicyPlace & { readonly responseHours: number | null }> {
  const tenantId = mandate.tenant.id
  if (linkId === null) return { tenantId, kind, linkId, responseHours: null }
  const responseHours = await findLinkHours(mandate, tenantId, linkId)
  if (responseHours === undefined)
    throw new ProblemError(404, 'LINK_NOT_FOUND', 'No link that you can see has this id.')
  return { tenantId, kind, linkId, responseHours }
}

type Place = Awaited<ReturnType<typeof placeOf>>

/** What holds at a place now, and the floor that binds it. */
function basisFor(mandate: PolicyMandate, place: Place): Promise<Basis & { readonly timeZone: string }> {
  const { kind, linkId, responseHours } = place
  const link = kind === 'link' && linkId !== null ? { id: linkId, responseHours } : null
  return findBasis(mandate, place.tenantId, link)
}

function toPolicy(
  mandate: PolicyMandate,
  place: Place,
  found: {
    readonly versions: readonly PolicyVersion[]
    readonly basis: Basis & { readonly timeZone: string }
  },
): z.input<typeof PolicyShown> {
  const [newest] = found.versions
  const { floor, timeZone } = found.basis
  const fallback = place.kind === 'default' ? nothingAgreed(null, timeZone) : found.basis.agreed
  const terms = newest?.terms ?? fallback.terms
  const bound = place.kind === 'floor' ? null : floor
  return {
    kind: place.kind,
    link_id: linkIdOf(place.linkId),
    version: newest?.version ?? 0,
    terms: toTermsShown(terms),
    effective_terms: toTermsShown(effectiveTerms({ agreed: { id: null, terms }, floor: bound })),
    floor_terms: bound && toTermsShown(bound.terms),
    may_write:
      mandate.kind === 'tenant'
        ? place.kind !== 'floor' && mayAlso(mandate, WRITE_PERMISSION.tenant)
        : place.kind !== 'default' && mayAlso(mandate, WRITE_PERMISSION.acting),
    versions: found.versions.map(toVersionShown),
  }
}

/** The answer of one policy with its versions; the newest is its ETag. */
export async function answerPolicy(mandate: PolicyMandate, place: Place) {
  const versions = await listVersions(mandate, place)
  const body = toPolicy(mandate, place, { versions, basis: await basisFor(mandate, place) })
  noteRead(mandate, {
    action: mandate.kind === 'acting' ? 'sla.policies.read' : 'tenant.sla.policies.read',
    rowCount: versions.length,
  })
  return sentAt(body, body.version)
}

/** The newest version of every policy that the caller may read. */
export async function answerPolicies(mandate: PolicyMandate) {
  const rows = await listNewest(mandate, mandate.tenant.id)
  noteRead(mandate, {
    action: mandate.kind === 'acting' ? 'sla.policies.read' : 'tenant.sla.policies.read',
    rowCount: rows.length,
  })
  return {
    items: rows.map((row) => ({
      kind: row.kind,
      link_id: linkIdOf(row.delegation_id),
      ...toVersionShown(row),
    })),
  }
}

interface Fault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

type Escalation = TermsValues['escalate_to'][number]

const nameOf = ({ level, person_id, action }: Escalation): string => `${level} ${person_id} ${action}`

/**
 * What stands against terms. Nothing is asked anew of a step that was there before: whom it names may have left, or be of
 * a partner that this one does not know of. Whether somebody may be told of a ticket is asked when it is time.
 */
async function findFaults(
  mandate: PolicyMandate,
  place: Place,
  { terms, before }: { readonly terms: TermsValues; readonly before: PolicyVersion | undefined },
): Promise<Fault[]> {
  const held = new Set((before?.terms.escalate_to ?? []).map(nameOf))
  const people = terms.escalate_to.length === 0 ? new Set() : await listEscalationPeople(mandate)
  const faults: Fault[] = terms.escalate_to.flatMap((step, index) =>
    held.has(nameOf(step)) || people.has(step.person_id)
      ? []
      : [
          {
            pointer: `/escalate_to/${index}/person_id`,
            code: 'ASSIGNEE_NOT_ALLOWED',
            detail: 'is neither a member of the tenant nor let into its tickets by a link',
          },
        ],
  )
  if (place.kind === 'floor') return faults
  const { floor } = await basisFor(mandate, place)
  return floor === null ? faults : [...findLooseness(terms, floor.terms), ...faults]
}

/**
 * Writes the next version of a policy; it holds for tickets opened from now on. Refuses terms looser than a floor in
 * force, and new steps for people to whom no ticket of the tenant can be given, with every fault at once. Source: B8.
 */
export async function writePolicy(
  mandate: PolicyMandate,
  place: Place,
  written: { readonly after: number; readonly input: z.output<typeof PolicyInput> },
) {
  const { terms, note } = written.input
  const [before] = await listVersions(mandate, place)
  const faults = await findFaults(mandate, place, { terms, before })
  if (faults.length > 0) {
    const errors = faults.map((fault) => ({ ...fault, pointer: `/body/terms${fault.pointer}` }))
    const detail = 'These terms cannot be taken; nothing was changed.'
    throw new ProblemError(422, 'VALIDATION_ERROR', detail, { errors })
  }
  await addVersion(mandate, place, { after: written.after, terms, note })
  recordEvent(mandate, {
    action: 'sla.policies.write',
    resource: {
      type: 'sla_policy',
      ...(place.linkId !== null && { id: place.linkId }),
      label: place.kind,
    },
    changes: {
      version: { before: written.after === 0 ? null : written.after, after: written.after + 1 },
      priorities: { before: before?.terms.priorities ?? null, after: terms.priorities },
    },
    reason: note,
  })
  return answerPolicy(mandate, place)
}

/** When tickets would be due under terms that need not be saved. */
export function answerPreview(input: z.output<typeof PreviewInput>) {
  return {
    items: input.tickets.map(({ priority, opened_at: openedAt }) => {
      const due = previewDue(input.terms, priority, new Date(openedAt))
      return {
        priority,
        opened_at: new Date(openedAt).toISOString(),
        first_response_due_at: due.first_response.toISOString(),
        resolution_due_at: due.resolution.toISOString(),
      }
    }),
  }
}
