import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { BY_CODE } from './invitation-code.ts'
import type { InvitationCode } from './invitation-code.ts'
import { findAskedTenant, findInvitingTenant } from './request-store.ts'
import { MAXIMUM_DURATION_DAYS, mayAsk, mayAskByCode, mayAskFrom } from './rules.ts'
import type { LinkRow } from './tables.ts'

/** How a request says whom it is for. */
export interface Asked {
  readonly tenant_slug?: string | undefined
  readonly invitation_code?: InvitationCode | undefined
}

/** Whom a request reaches. */
export interface Reached {
  /** What the partner reads of it until the tenant has decided: what it typed, of a code no more than the beginning. */
  readonly label: string
  /** Null where there is no such tenant, or it wants no such request; the partner is told neither. */
  readonly tenantId: string | null
  readonly maximumDays: number
  /** What the code is known by that this request uses up; null where none does. */
  readonly codeHash: Buffer | null
}

const Dealing = z.object({
  status: z.string(),
  status_changed_at: z.date(),
  is_own_request: z.boolean(),
  is_by_code: z.boolean(),
})
type Dealing = z.output<typeof Dealing>

/** What there was between the partner and a tenant, as it is stored. The same work for none. */
async function listDealings(mandate: Mandate<'program'>, tenantId: string | null): Promise<Dealing[]> {
  const [result] = await runStatements(mandate, [
    {
      text: `select d.status, d.status_changed_at, l.initiated_by = 'partner' as is_own_request, coalesce(starts_with(r.tenant_slug, $2), false) as is_by_code
        from delegation d join link l on l.id = d.id left join link_request_sent r on r.id = d.id
        where d.tenant_id = $1 and d.kind = 'link'`,
      values: [tenantId, BY_CODE],
    },
  ])
  return z.array(Dealing).parse(result?.rows ?? [])
}

const LIVE: ReadonlySet<string> = new Set<LinkRow['status']>(['requested', 'approved', 'active', 'suspended'])

/**
 * Whether a tenant that is named by its code gets no further request for what the partner may not know: a request that
 * reached it by an invitation code waits there, or was declined lately. Said aloud, it would tell whose code that was.
 */
function isHeldBack(dealings: readonly Dealing[], now: Date): boolean {
  const declined = dealings.filter((one) => one.status === 'declined' && one.is_own_request)
  return (
    dealings.some((one) => one.is_by_code && LIVE.has(one.status)) ||
    mayAskFrom(
      declined.map((one) => one.status_changed_at),
      now,
    ) !== null
  )
}

type Found = Awaited<ReturnType<typeof findAskedTenant>>

function reachedOf(found: Found, mayGo: boolean): Pick<Reached, 'tenantId' | 'maximumDays'> {
  return {
    tenantId: mayGo ? found.tenantId : null,
    maximumDays: found.policy?.max_duration_days ?? MAXIMUM_DURATION_DAYS,
  }
}

async function reachByCode(
  mandate: Mandate<'program'>,
  code: InvitationCode,
  role: LinkRow['access_role'],
): Promise<Reached> {
  const found = await findInvitingTenant(mandate, code.hash)
  const dealings = await listDealings(mandate, found.tenantId)
  const isWelcome = found.policy === null || mayAskByCode(found.policy, mandate.partner.id, role)
  const reached = reachedOf(found, isWelcome && !dealings.some(({ status }) => LIVE.has(status)))
  return {
    ...reached,
    label: `${BY_CODE}${code.hint}`,
    codeHash: reached.tenantId === null ? null : code.hash,
  }
}

async function reachBySlug(
  mandate: Mandate<'program'>,
  slug: string,
  role: LinkRow['access_role'],
): Promise<Reached> {
  const found = await findAskedTenant(mandate, slug)
  const dealings = await listDealings(mandate, found.tenantId)
  const isWelcome = found.policy === null || mayAsk(found.policy, mandate.partner.id, role)
  const reached = reachedOf(found, isWelcome && !isHeldBack(dealings, mandate.origin.now))
  return { ...reached, label: slug, codeHash: null }
}

/** Finds whom a request is for, and whether it goes there. Answers the same, after the same work, where it goes nowhere. */
export function findReached(
  mandate: Mandate<'program'>,
  { invitation_code: code, tenant_slug: slug = '' }: Asked,
  role: LinkRow['access_role'],
): Promise<Reached> {
  return code ? reachByCode(mandate, code, role) : reachBySlug(mandate, slug, role)
}
