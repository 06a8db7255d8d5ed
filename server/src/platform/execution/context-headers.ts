import { encodeId } from '@liaison/access'
import type { LinkId, TenantId } from '@liaison/access'
import type { Mandate } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import type { Route } from '../route.ts'
import { versionsIn } from '../version-tag.ts'

function actingHeaders(
  tenantId: TenantId,
  link: { id: LinkId; endsAt: Date | null },
): Record<string, string> {
  return {
    'X-Active-Tenant-Id': encodeId('tenant', tenantId),
    'X-Cross-Tenant-Access': 'true',
    'X-Link-Id': encodeId('link', link.id),
    ...(link.endsAt && { 'X-Link-Expires-At': link.endsAt.toISOString() }),
  }
}

/** The echo of the tenant that the request named: a client refuses an answer for another one (B4). */
export function contextHeaders(mandate: Mandate): Record<string, string> {
  if (mandate.kind === 'tenant') return { 'X-Active-Tenant-Id': encodeId('tenant', mandate.tenant.id) }
  if (mandate.kind === 'acting') return actingHeaders(mandate.tenant.id, mandate.link)
  if (mandate.kind !== 'portfolio' || !mandate.narrowedTo?.facts.link) return {}
  const { tenant, facts } = mandate.narrowedTo
  return facts.link ? actingHeaders(tenant.id, { id: facts.link.id, endsAt: facts.link.ends_at }) : {}
}

/** The problem of whoever would replace what he never read. */
export function needsVersion(): ProblemError {
  return new ProblemError(428, 'PRECONDITION_REQUIRED', 'Send the one ETag that was read as If-Match.')
}

const NO_VERSION = 'If-Match is not the ETag of a version of this resource.'

/**
 * The version that `If-Match` names, where the route asks for one; 0 without it where it may be about to make what is not
 * there. Throws 428 without it otherwise and where it names whatever there is (`*`) or several versions, since whoever
 * replaces something says which one he read; 412 for what is no version of ours.
 */
export function readExpectedVersion(route: Route, header: string | undefined): number {
  if (!route.ifMatch) return 0
  if (header === undefined && route.ifMatch === 'existing') return 0
  if (header === undefined || header.trim() === '*') throw needsVersion()
  const [version, ...others] = versionsIn(header)
  if (others.length > 0) throw needsVersion()
  if (version === undefined) throw new ProblemError(412, 'PRECONDITION_FAILED', NO_VERSION)
  return version
}
