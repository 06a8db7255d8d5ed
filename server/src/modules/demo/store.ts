import type { RunSql } from '#platform/admin.ts'

/** The tables that the demo world fills. */
export type DemoTable =
  | 'person'
  | 'platform_staff'
  | 'password_credential'
  | 'totp_factor'
  | 'recovery_code'
  | 'tenant'
  | 'tenant_member'
  | 'tenant_partner_policy'
  | 'tenant_security_contact'
  | 'tenant_invitation_code'
  | 'partner'
  | 'partner_member'
  | 'partner_config_version'
  | 'partner_configuration'
  | 'partner_application'
  | 'partner_application_message'
  | 'billing_account'
  | 'subscriber'
  | 'partner_account'
  | 'invoice'
  | 'payment'
  | 'fx_rate'
  | 'billing_setting'
  | 'invoice_dispute'
  | 'invoice_reminder'
  | 'ticket_counter'
  | 'ticket'
  | 'ticket_comment'
  | 'ticket_sla_clock'
  | 'ticket_sla_step'
  | 'sla_policy_version'
  | 'outage'
  | 'usage_day'
  | 'monitoring_period'
  | 'delegation'
  | 'link'
  | 'link_request_sent'
  | 'link_news'
  | 'link_override'
  | 'link_template'
  | 'link_member'
  | 'link_elevation'
  | 'assisted_access'
  | 'partner_home'
  | 'link_change_request'
  | 'tenant_group'
  | 'export'
  | 'tenant_group_entry'
  | 'partner_team'
  | 'team_member'
  | 'team_grant'
  | 'saved_view'
  | 'delegation_history'
  | 'access_freeze'
  | 'ingest_key'
  | 'audit_event'
  | 'audit_scope'
  | 'api_client'
  | 'product'
  | 'commercial_relationship'
  | 'delegation_account'
  | 'api_client_use'
  | 'api_client_logo'
  | 'api_terms_acceptance'
  | 'consent'
  | 'gateway'
  | 'protected_upstream'
  | 'protected_route'
  | 'gateway_upstream'
  | 'webhook_endpoint'
  | 'webhook_secret'
  | 'webhook_health'
  | 'webhook_delivery'
  | 'resale'
  | 'service_order'
  | 'order_item'
  | 'end_user'
  | 'end_user_credential'
  | 'plan'
  | 'plan_version'
  | 'plan_role'
  | 'subscription'
  | 'subscription_hold'
  | 'kyc_case'
  | 'kyc_review'
  | 'usage_bucket'
  | 'usage_consequence'
  | 'limit_override'
  | 'feature_flag'
  | 'feature_ramp_step'
  | 'partner_feature'
  | 'referral_code'
  | 'referral_click_day'
  | 'agency'
  | 'form'
  | 'form_token'
  | 'agency_credential_use'
  | 'form_token_origin'
  | 'voucher_type'
  | 'voucher'
  | 'voucher_recipient'
  | 'voucher_event'

export type DemoRow = Readonly<Record<string, unknown>>

/** Rows of one table; all have the same columns. */
export interface DemoRows {
  readonly table: DemoTable
  readonly rows: readonly DemoRow[]
}

/** Writes rows in one statement; columns that no row names keep their default. */
export async function insertRows(run: RunSql, { table, rows }: DemoRows): Promise<void> {
  if (rows.length === 0) return
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].join(', ')
  await run(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  )
}

/** Takes the lock under which a demo world is loaded, and tells whether the database still holds no record. */
export async function lockEmptyDatabase(run: RunSql): Promise<boolean> {
  await run(`select pg_advisory_xact_lock(hashtextextended('liaison demo world', 0))`)
  const [found] = await run(
    `select exists (select from person) or exists (select from tenant) or exists (select from partner) as is_filled`,
  )
  return found?.['is_filled'] === false
}

/** Updates the planner's statistics, so that the first pages are as quick as the later ones. */
export async function analyze(run: RunSql): Promise<void> {
  await run('analyze')
}
