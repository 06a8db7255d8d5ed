import type { PartnerId, TenantId } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { GrantedPermission, TmForumTables } from './tables.ts'

/** Who reads permissions: the tenant that gave them, or the provider. */
export type Reader = Mandate<'tenant' | 'platform'>

/** What a list of permissions is narrowed by. */
export interface PermissionFilter {
  readonly status?: GrantedPermission['status'] | undefined
  readonly tenantId?: TenantId | undefined
  readonly partnerId?: PartnerId | undefined
}

/** A page of granted permissions, newest first; a tenant's row policies leave its own. */
export function listPermissions(
  mandate: Reader,
  { status, tenantId, partnerId }: PermissionFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: GrantedPermission[]; total: number }> {
  let query = tables<TmForumTables>(mandate).selectFrom('granted_permission')
  if (status) query = query.where('status', '=', status)
  if (tenantId) query = query.where('tenant_id', '=', tenantId)
  if (partnerId) query = query.where('partner_id', '=', partnerId)
  return readPage(query.selectAll().orderBy('id', 'desc'), page)
}

/** One granted permission. Throws PERMISSION_NOT_FOUND. */
export async function getPermission(mandate: Reader, id: string): Promise<GrantedPermission> {
  const row = await tables<TmForumTables>(mandate)
    .selectFrom('granted_permission')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PERMISSION_NOT_FOUND', 'No granted permission has this id.')
  return row
}
