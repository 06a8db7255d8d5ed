import type { LinkRole } from '@liaison/access'

/** A delegation that was granted, as its side or the provider may read it. */
export interface GrantedPermission {
  readonly id: string
  readonly kind: 'link' | 'consent' | 'resale'
  readonly tenant_id: string
  readonly tenant_name: string | null
  readonly partner_id: string
  readonly partner_name: string | null
  readonly access_role: LinkRole | null
  readonly approved_at: Date
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly updated_at: Date
  readonly status: 'approved' | 'active' | 'suspended' | 'expired' | 'revoked'
  readonly status_reason: string | null
  readonly over_at: Date | null
  readonly granted: {
    /** The bits of what it gives while it is in force. */
    readonly mask: string
    /** The numbers of the billing accounts that it opens; none for a link, which opens the tenant. */
    readonly accounts: readonly string[]
    readonly client: { readonly id: string; readonly name: string } | null
  }
}

export interface TmForumTables {
  granted_permission: GrantedPermission
}
