import { encodeId, fromBits, isAction, ACTIONS, permissionsOf } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { noteRead, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { isoOfText } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'

const MAXIMUM_MS = 366 * 86_400_000
const KINDS = ['link', 'consent', 'resale', 'form_token'] as const
const ID_KINDS = { link: 'link', consent: 'consent', resale: 'resale', form_token: 'delegation' } as const

const Snapshot = z
  .object({ permissions: z.array(z.string()).optional(), actions: z.array(z.string()).optional() })
  .nullable()

const Found = z.array(
  z.object({
    tenant_id: z.string(),
    tenant_name: z.string(),
    delegations: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(KINDS),
        status: z.string(),
        from: z.string(),
        until: z.string().nullable(),
        mask: z.string(),
        snapshot: Snapshot,
        client_id: z.string().nullable(),
        bans: z.array(z.string()).nullable(),
      }),
    ),
    acts: z.array(
      z.object({
        action: z.string(),
        outcome: z.enum(['allowed', 'denied', 'error']),
        times: z.number(),
        row_count: z.number().nullable(),
        first_at: z.string(),
        last_at: z.string(),
      }),
    ),
  }),
)

type FoundDelegation = z.output<typeof Found>[number]['delegations'][number]

/** What a partner could reach, tenant by tenant: an upper bound, since suspensions in between are not taken out. */
export const BlastRadiusBody = z.strictObject({
  partner_id: z.string(),
  from: z.string(),
  to: z.string(),
  tenants: z.array(
    z.strictObject({
      tenant_id: z.string(),
      tenant_name: z.string(),
      delegations: z.array(
        z.strictObject({
          delegation_id: z.string(),
          kind: z.enum(KINDS),
          status: z.string(),
          open_from: z.string(),
          open_until: z.string().nullable(),
          client_id: z.string().nullable(),
          bans: z.array(z.string()).nullable(),
          permissions: z
            .array(z.string())
            .meta({ description: 'As approved and as they are now, together.' }),
        }),
      ),
      acts: z.array(
        z.strictObject({
          action: z.string(),
          outcome: z.enum(['allowed', 'denied', 'error']),
          times: z.int(),
          row_count: z.int().nullable(),
          first_at: z.string(),
          last_at: z.string(),
        }),
      ),
    }),
  ),
})

function permissionsOfDelegation({ mask, snapshot }: FoundDelegation): string[] {
  const approved = (snapshot?.actions ?? []).filter(isAction).map((action): string => ACTIONS[action])
  const now: readonly string[] = permissionsOf(fromBits(mask))
  return [...new Set([...now, ...approved, ...(snapshot?.permissions ?? [])])].toSorted()
}

function toDelegation(found: FoundDelegation) {
  const kind = ID_KINDS[found.kind]
  return {
    delegation_id: publicIdOf(kind, found.id),
    kind: found.kind,
    status: found.status,
    open_from: isoOfText(found.from),
    open_until: found.until === null ? null : isoOfText(found.until),
    client_id: found.client_id === null ? null : publicIdOf('api_client', found.client_id),
    bans: found.bans,
    permissions: permissionsOfDelegation(found),
  }
}

/**
 * Which tenants a partner could reach within a time, by which delegations of every kind, with which rights, and what it
 * did there. Throws REPORT_TOO_LONG for more than 366 days or an empty span. Source: A13.
 */
export async function readBlastRadius(
  mandate: Mandate<'platform' | 'system'>,
  partnerId: PartnerId,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<z.output<typeof BlastRadiusBody>> {
  if (to <= from || to.getTime() - from.getTime() > MAXIMUM_MS)
    throw new ProblemError(
      422,
      'REPORT_TOO_LONG',
      'The report covers at most 366 days, from an earlier to a later time.',
    )
  const [result] = await runStatements(mandate, [
    { text: 'select access.blast_radius($1, $2, $3) as tenants', values: [partnerId, from, to] },
  ])
  const found = Found.parse(result?.rows[0]?.['tenants'] ?? [])
  if (mandate.kind === 'platform')
    noteRead(mandate, {
      action: 'platform.partners.blast_radius.read',
      partnerId,
      resource: { type: 'partner', id: partnerId },
      rowCount: found.length,
    })
  return {
    partner_id: encodeId('partner', partnerId),
    from: from.toISOString(),
    to: to.toISOString(),
    tenants: found.map(({ tenant_id: id, tenant_name: name, delegations, acts }) => ({
      tenant_id: publicIdOf('tenant', id),
      tenant_name: name,
      delegations: delegations.map(toDelegation),
      acts: acts.map((act) => ({
        ...act,
        first_at: isoOfText(act.first_at),
        last_at: isoOfText(act.last_at),
      })),
    })),
  }
}
