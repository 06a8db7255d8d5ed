import { z } from 'zod'
import { noteRead, runStatements } from '#platform/mandate.ts'
import { isoOfText } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { AgencyRow, TenantMandate } from './agency-store.ts'

const OUTCOMES = ['allowed', 'denied', 'error'] as const

const Found = z.object({
  credentials: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['form_token', 'agency_key']),
      status: z.string(),
      open_from: z.string(),
      open_until: z.string().nullable(),
      may: z.array(z.string()),
      label: z.string(),
      form_name: z.string().nullable(),
      origins: z.array(z.string()),
    }),
  ),
  acts: z.array(
    z.object({
      action: z.string(),
      outcome: z.enum(OUTCOMES),
      code: z.string().nullable(),
      times: z.number(),
      first_at: z.string(),
      last_at: z.string(),
    }),
  ),
  vouchers: z.array(z.object({ voucher_type: z.string(), status: z.string(), times: z.number() })),
})

/** What an agency or one of its credentials could do within a time, and what it did: an upper bound. */
export const AgencyReachBody = z
  .strictObject({
    agency_id: z.string(),
    agency_name: z.string(),
    from: z.string(),
    to: z.string(),
    credentials: z.array(
      z.strictObject({
        delegation_id: z.string(),
        kind: z.enum(['form_token', 'agency_key']),
        label: z.string(),
        form_name: z.string().nullable(),
        status: z.string(),
        open_from: z.string(),
        open_until: z.string().nullable(),
        may: z
          .array(z.string())
          .meta({ description: 'What it was given: nothing else was ever open to it.' }),
        origins: z.array(z.string()).meta({ description: 'Sites on which a form token was used.' }),
      }),
    ),
    acts: z.array(
      z.strictObject({
        action: z.string(),
        outcome: z.enum(OUTCOMES),
        code: z.string().nullable(),
        times: z.int(),
        first_at: z.string(),
        last_at: z.string(),
      }),
    ),
    vouchers: z.array(z.strictObject({ voucher_type: z.string(), status: z.string(), times: z.int() })).meta({
      description: 'The vouchers that it asked for in this time, by type and by what became of them.',
    }),
  })
  .meta({ id: 'AgencyReach' })

/** Reads the report, for the day on which a token or a key was lost. Source: A13. */
export async function readAgencyReach(
  mandate: TenantMandate,
  agency: Pick<AgencyRow, 'id' | 'name'>,
  span: { readonly from: Date; readonly to: Date; readonly credentialId: string | null },
): Promise<z.output<typeof AgencyReachBody>> {
  const { from, to, credentialId } = span
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.agency_reach($1, $2, $3, $4) as reach',
      values: [agency.id, credentialId, from, to],
    },
  ])
  const found = Found.parse(result?.rows[0]?.['reach'])
  noteRead(mandate, {
    action: 'agency.reach_read',
    resource: { type: 'agency', id: agency.id, label: agency.name },
    rowCount: found.credentials.length,
  })
  return {
    agency_id: publicIdOf('agency', agency.id),
    agency_name: agency.name,
    from: from.toISOString(),
    to: to.toISOString(),
    credentials: found.credentials.map(({ id, ...one }) => ({
      ...one,
      delegation_id: publicIdOf(one.kind, id),
      open_from: isoOfText(one.open_from),
      open_until: one.open_until === null ? null : isoOfText(one.open_until),
    })),
    acts: found.acts.map((act) => ({
      ...act,
      first_at: isoOfText(act.first_at),
      last_at: isoOfText(act.last_at),
    })),
    vouchers: found.vouchers,
  }
}
