/** The tables that this module reads, as Kysely sees them. */
export interface AuditTables {
  audit_event: {
    id: string
    occurred_at: Date
    plane: string
    action: string
    outcome: 'allowed' | 'denied' | 'error'
    code: string | null
    actor_type: string
    actor_id: string | null
    actor_name: string | null
    partner_id: string | null
    partner_name: string | null
    tenant_id: string | null
    tenant_name: string | null
    role: string | null
    permission: string | null
    resource_type: string | null
    resource_id: string | null
    resource_label: string | null
    changes: Record<string, unknown> | null
    row_count: number | null
    repeats: number
    request_id: string | null
    method: string | null
    route: string | null
    source: string
    delegation_id: string | null
    explain_id: string | null
    config_version: number | null
  }
  audit_scope: {
    kind: 'tenant' | 'partner'
    scope_id: string
    occurred_at: Date
    event_id: string
    row_count: number | null
  }
  api_client: { id: string; name: string; environment: 'sandbox' | 'live' }
  audit_checkpoint: { size: number; note: string; sealed_at: Date }
  audit_publication: { size: number; place: string; published_at: Date }
}
