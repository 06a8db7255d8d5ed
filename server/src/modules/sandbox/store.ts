import { idFromUuid } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

const tenantId = z.string().transform((uuid) => idFromUuid('tenant', uuid))

const Found = z
  .object({
    tenant_id: tenantId,
    name: z.string(),
    decides: z.boolean(),
    accounts: z.array(z.object({ ban: z.string(), name: z.string(), currency: z.string() })),
  })
  .nullable()

const Made = z.object({ tenant_id: tenantId, is_new: z.boolean(), has_joined: z.boolean() })

/** The sandbox of a partner as one of its people sees it. */
export interface Sandbox {
  readonly tenantId: TenantId
  readonly name: string
  readonly decides: boolean
  readonly accounts: { readonly ban: string; readonly name: string; readonly currency: string }[]
}

/** The sandbox of the mandate's partner; null before it was opened. */
export async function findSandbox(mandate: Mandate<'program'>): Promise<Sandbox | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.own_sandbox() as sandbox', values: [] },
  ])
  const found = Found.parse(result?.rows[0]?.['sandbox'] ?? null)
  if (!found) return null
  const { tenant_id: id, ...rest } = found
  return { tenantId: id, ...rest }
}

/** Makes the sandbox where there is none, and the actor an administrator of it; says what of both was new. */
export async function makeSandbox(
  mandate: Mandate<'program'>,
): Promise<{ readonly tenantId: TenantId; readonly isNew: boolean; readonly hasJoined: boolean }> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.open_sandbox() as made', values: [] },
  ])
  const made = Made.parse(result?.rows[0]?.['made'])
  return { tenantId: made.tenant_id, isNew: made.is_new, hasJoined: made.has_joined }
}
