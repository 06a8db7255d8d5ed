/** The API's shapes as this client needs them: one path table in the form that openapi-fetch reads. */

export type Money = { amount_minor: number; currency: string }

type PathPart<Path> = [Path] extends [never] ? { path?: never } : { path: Path }

type Get<Answer, Query = never, Path = never> = {
  get: {
    parameters: { query?: Query; header?: never; cookie?: never } & PathPart<Path>
    requestBody?: never
    responses: { 200: { content: { 'application/json': Answer } } }
  }
}

type Send<Method extends 'post' | 'put' | 'patch' | 'delete', Answer, Body, Path = never> = {
  [M in Method]: {
    parameters: { query?: never; header?: never; cookie?: never } & PathPart<Path>
    requestBody: { content: { 'application/json': Body } }
    responses: { 200: { content: { 'application/json': Answer } } }
  }
}

type None = { [key: string]: never }
type ById<Name extends string> = { [N in Name]: string }

type Page<Item> = { items: Item[]; total: number; limit: number; offset: number; has_more: boolean }
type Scope = {
  tenant_count: number
  excluded: { tenant_id: string; tenant_name: string; reason: string }[]
}

type Me = {
  person: {
    id: string
    name: string
    email: string
    factor: 'none' | 'otp' | 'phishing_resistant'
    factor_at: string | null
  }
  frames: (
    | { kind: 'platform'; role: string }
    | { kind: 'partner'; id: string; name: string; slug: string; role: string; kinds: string[] }
    | { kind: 'org'; id: string; name: string; slug: string; role: string }
  )[]
  partner_id: string | null
  managed_tenant_ids: string[]
  active_managed_tenant_id: string | null
  permissions: string[]
  demo: boolean
}

type Relationship = {
  link_id: string
  access_role: string
  relationship_type: string
  status: string
  start_date: string
  end_date: string | null
  expires_in_days: number | null
}

type Customer = {
  tenant_id: string
  name: string
  slug: string
  domain: string | null
  status: string
  plan_type: string | null
  relationship: Relationship
  assigned: boolean
  my_permissions: string[]
  metrics: {
    outstanding: Money[] | null
    overdue: Money[] | null
    open_tickets: number | null
    tickets_at_risk: number | null
    sla_breach_count_30d: number | null
    total_subscribers: number | null
    active_subscribers: number | null
  }
  withheld: string[]
  sla: { state: 'ok' | 'at_risk' | 'breached' | null } | null
  billing: {
    billing_cycle: string | null
    current_mrr: Money | null
    last_invoice_date: string | null
    next_invoice_date: string | null
  } | null
  created_at: string
  updated_at: string
}

type CustomerDetail = Omit<Customer, 'relationship' | 'metrics'> & {
  contact: { name: string | null; email: string | null; phone: string | null } | null
  address: {
    line1: string | null
    city: string | null
    postal_code: string | null
    country: string | null
  } | null
  relationship: Relationship & {
    custom_permissions: { [pattern: string]: boolean } | null
    sla_response_hours: number | null
    sla_uptime_target: number | null
  }
  metrics: Customer['metrics'] & {
    current_users: number | null
    max_users: number | null
    suspended_subscribers: number | null
    current_mrr: Money | null
    avg_uptime_30d: number | null
  }
  effective_permissions: string[]
  conditions_in_force: boolean
  last_accessed_at: string | null
}

type Invoice = {
  invoice_id: string
  invoice_number: string
  tenant_id: string
  tenant_name: string
  customer_id: string | null
  customer_name: string | null
  billing_account: string | null
  invoice_date: string
  due_date: string | null
  status: string
  subtotal: Money
  tax: Money
  total: Money
  paid_amount: Money
  balance: Money
  currency: string
  payment_date: string | null
  days_overdue: number
  ageing_bucket: 'current' | '1-30' | '31-60' | '61-90' | '90+' | null
  created_at: string
}

type InvoiceDetail = Invoice & {
  payments: { payment_id: string; amount: Money; received_at: string; method: string | null }[]
}

type InvoicePage = Page<Invoice> & {
  next_cursor: string | null
  aggregates: {
    currency: string
    total_amount: Money
    paid_amount: Money
    outstanding_amount: Money
    overdue_amount: Money
    invoice_count: number
  }[]
  scope: Scope
}

type SlaClock = {
  metric: 'first_response' | 'resolution'
  due_at: string | null
  percent: number | null
  state: string
}

type Ticket = {
  ticket_id: string
  ticket_number: string
  tenant_id: string
  tenant_name: string
  customer_id: string | null
  customer_name: string | null
  subject: string
  status: string
  priority: string
  category: string | null
  assigned_to: string | null
  assigned_to_name: string | null
  created_at: string
  updated_at: string
  created_by_name: string | null
  created_by_partner_name: string | null
  sla_breach_at: string | null
  is_sla_breached: boolean
  sla: SlaClock | null
  last_response_at: string | null
  response_count: number
}

type TicketDetail = Ticket & {
  description: string
  tags: string[]
  comments: {
    comment_id: string
    author_name: string
    author_partner_name: string | null
    is_internal: boolean
    content: string
    created_at: string
  }[]
  allowed_transitions: string[]
}

type TicketPage = Page<Ticket> & {
  next_cursor: string | null
  aggregates: {
    open_count: number
    pending_count: number
    on_hold_count: number
    resolved_count: number
    closed_count: number
    sla_breach_count: number
    by_priority: { low: number; normal: number; high: number; urgent: number }
    avg_resolution_hours: number | null
  }
  scope: Scope
}

type NewTicket = { subject: string; description: string; priority: string; category?: string }
type TicketCreated = { ticket_id: string; ticket_number: string; tenant_id: string; status: string }
type TicketChange = {
  status?: string
  priority?: string
  priority_reason?: string
  assigned_to?: string | null
  comment?: { content: string; is_internal?: boolean; notify_customer?: boolean }
}

type Context = {
  tenant_id: string
  tenant_name: string
  partner_name: string
  link_id: string
  access_role: string
  role_title: string
  link_ends_at: string | null
  permissions: string[]
  can: string[]
  cannot: string[]
  writes: boolean
  read_reason_required: boolean
}

type Override = {
  pattern: string
  effect: 'grant' | 'deny'
  reason: string | null
  expires_at: string | null
}

type Link = {
  link_id: string
  tenant_id: string
  tenant_name: string
  partner_id: string
  partner_name: string
  status: string
  status_reason: string | null
  relationship_type: string
  access_role: string
  role_title: string
  role_version: number
  initiated_by: string
  starts_at: string | null
  ends_at: string | null
  expires_in_days: number | null
  renewable_until: string | null
  requested_at: string | null
  request_message: string | null
  request_expires_at: string | null
  approved_at: string | null
  approved_by_name: string | null
  permissions: string[]
  overrides: Override[]
  auto_renew_days: number
  members_count: number
  last_used_at: string | null
  version: number
}

type LinkMember = { member_id: string; name: string; role: string | null; ends_at: string | null }
type Change = {
  change_request_id: string
  status: string
  reason: string | null
  requested_at: string
  requested_by_name: string | null
  rows: { field: string; before: string | null; after: string | null; kind: string }[]
}
type HistoryRow = { at: string; what: string; by_name: string | null }

type LinkDetail = Link & {
  can: string[]
  cannot: string[]
  members: LinkMember[]
  changes: Change[]
  history: HistoryRow[]
}

type TenantLink = Link & {
  people: { name: string; last_used_at: string | null; factor: string | null }[]
  can: string[]
  cannot: string[]
  activity_30d: { reads: number; writes: number; people: number }
}

type TenantLinkDetail = TenantLink & { changes: Change[]; history: HistoryRow[] }

type Narrowing = { access_role?: string; deny?: string[]; ends_at?: string }
type Preview = {
  can: string[]
  cannot: string[]
  diff: { field: string; before: string | null; after: string | null; kind: string }[]
}

type Decision = {
  decision: 'allow' | 'deny'
  explain_id: string
  as_of: string
  first_blocker: string | null
  steps: {
    order: number
    check: string
    state: string
    detail: string
    owner: string | null
    remedy: string | null
    evidence: { type: string; id: string } | null
  }[]
  remedies: { text: string; who: string }[]
  effective_permissions: string[]
}

type ActivityEvent = {
  event_id: string
  occurred_at: string
  sentence: string
  action: string
  outcome: string
  code: string | null
  person_name: string | null
  partner_name: string | null
  tenant_name: string | null
  role: string | null
  permission: string | null
  resource: { type: string; id: string; label: string | null } | null
  row_count: number | null
  repeats: number
  request_id: string | null
  source: string | null
  explain_id: string | null
  ip: string | null
}
type Activity = { items: ActivityEvent[]; next_cursor: string | null; limit: number }
type ActivityQuery = {
  cursor?: string
  limit?: number
  tenant_id?: string
  partner_id?: string
  person_id?: string
  action?: string
  outcome?: string
  from?: string
  to?: string
  search?: string
}

type Paging = { limit?: number; offset?: number; sort_by?: string; sort_order?: string; search?: string }
type Reason = { reason?: string }
type Freeze = {
  freeze_id: string
  scope: string
  target_name: string | null
  reason: string | null
  frozen_at: string
  frozen_by_name: string | null
  status: string
  lifted_at: string | null
}
type Policy = {
  who_may_ask: string
  listed_partners: { partner_id: string; name: string }[]
  roles_allowed: string[]
  max_duration_days: number
  dual_approval: boolean
  conditions: {
    ip_allow: string[]
    ip_mode: string
    mfa_max_age_s: number | null
    phishing_resistant: boolean
    read_reason_required: boolean
  }
}
type PolicyChange = Omit<Policy, 'listed_partners'> & { listed_partner_ids: string[] }
type Role = { name: string; title: string; permissions: string[] }
type Permission = { name: string; title: string; sensitive: boolean }
type Partner = {
  partner_id: string
  name: string
  slug: string
  status: string
  kinds: string[]
  members_count: number
  links_count: number
  created_at: string
}
type Tenant = {
  tenant_id: string
  name: string
  slug: string
  status: string
  links_count: number
  created_at: string
}
type Home = {
  tenant: { tenant_id: string; name: string; slug: string; status: string }
  who_has_access: {
    partners: number
    last_use: string | null
    ends_soon: number
    waiting: number
  }
  open_tickets: number | null
}

type LinkQuery = Paging & {
  status?: string
  access_role?: string
  tenant?: string
  expiring_within_days?: number
}
type TicketQuery = Paging & {
  tenant_ids?: string
  status?: string
  priority?: string
  mine?: boolean
  unassigned?: boolean
  sla_state?: string
  category?: string
}
type InvoiceQuery = Paging & {
  tenant_ids?: string
  status?: string
  currency?: string
  overdue_days_min?: number
  from_date?: string
  to_date?: string
}
type LinkPath = ById<'link_id'>

export type paths = {
  '/me': Get<Me, { frame?: string }>
  '/partner/customers': Get<
    Page<Customer> & {
      aggregates: {
        outstanding: Money[]
        overdue: Money[]
        open_tickets: number
        tickets_at_risk: number
        tenants: number
      }
      scope: Scope
    },
    LinkQuery & { link_status?: string }
  >
  '/partner/customers/{tenant_id}': Get<CustomerDetail, { include?: string }, ById<'tenant_id'>>
  '/partner/billing/invoices': Get<InvoicePage, InvoiceQuery>
  '/partner/billing/invoices/{invoice_id}': Get<InvoiceDetail, never, ById<'invoice_id'>>
  '/partner/support/tickets': Get<TicketPage, TicketQuery> & Send<'post', TicketCreated, NewTicket>
  '/partner/support/tickets/{ticket_id}': Get<TicketDetail, never, ById<'ticket_id'>> &
    Send<'patch', Ticket, TicketChange, ById<'ticket_id'>>
  '/partner/context/tenants': Get<
    {
      items: {
        tenant_id: string
        name: string
        slug: string
        link_status: string
        access_role: string
        ends_at: string | null
      }[]
    },
    { search?: string }
  >
  '/partner/context': Send<'post', Context, { tenant_id: string }>
  '/partner/links': Get<Page<Link>, LinkQuery> &
    Send<
      'post',
      { status: string; detail: string },
      {
        tenant_slug: string
        relationship_type: string
        access_role: string
        starts_at?: string
        duration_days?: number
        message: string
      }
    >
  '/partner/links/{link_id}': Get<LinkDetail, never, LinkPath>
  '/partner/links/{link_id}/withdraw': Send<'post', Link, Reason, LinkPath>
  '/partner/links/{link_id}/suspend': Send<'post', Link, Reason, LinkPath>
  '/partner/links/{link_id}/resume': Send<'post', Link, Reason, LinkPath>
  '/partner/links/{link_id}/terminate': Send<'post', Link, Reason, LinkPath>
  '/partner/links/{link_id}/renew': Send<'post', Link, Reason, LinkPath>
  '/partner/links/{link_id}/changes': Send<
    'post',
    { change_request_id: string | null; applied: Preview['diff']; waiting: Preview['diff'] },
    { access_role?: string; ends_at?: string; auto_renew_days?: number; reason: string },
    LinkPath
  >
  '/partner/links/{link_id}/members': Send<
    'put',
    { items: LinkMember[] },
    { members: { member_id: string; role?: string; ends_at?: string }[] },
    LinkPath
  >
  '/partner/members': Get<{
    items: {
      member_id: string
      person_id: string
      name: string
      role: string
      assignments: {
        link_id: string
        tenant_id: string
        tenant_name: string
        role: string | null
        ends_at: string | null
      }[]
    }[]
  }>
  '/partner/access/explain': Send<
    'post',
    Decision,
    { user_id?: string; tenant_id: string; permission: string }
  >
  '/partner/access/explain/{explain_id}': Get<Decision, never, ById<'explain_id'>>
  '/tenant/access/explain/{explain_id}': Get<Decision, never, ById<'explain_id'>>
  '/admin/partner-access/explain/{explain_id}': Get<Decision, never, ById<'explain_id'>>
  '/partner/permissions': Get<{ items: Permission[] }>
  '/partner/roles': Get<{ items: Role[] }>
  '/partner/audit': Get<Activity, ActivityQuery>

  '/tenant/home': Get<Home>
  '/tenant/partner-access/links': Get<Page<TenantLink>, LinkQuery>
  '/tenant/partner-access/links/{link_id}': Get<TenantLinkDetail, never, LinkPath> &
    Send<'patch', TenantLinkDetail, Narrowing, LinkPath>
  '/tenant/partner-access/links/{link_id}/preview': Send<'post', Preview, Narrowing, LinkPath>
  '/tenant/partner-access/links/{link_id}/decline': Send<'post', Link, Reason, LinkPath>
  '/tenant/partner-access/links/{link_id}/suspend': Send<'post', Link, Reason, LinkPath>
  '/tenant/partner-access/links/{link_id}/resume': Send<'post', Link, Reason, LinkPath>
  '/tenant/partner-access/links/{link_id}/revoke': Send<'post', Link, Reason, LinkPath>
  '/tenant/partner-access/links/{link_id}/renew': Send<'post', Link, Reason, LinkPath>
  '/tenant/partner-access/changes': Get<{ items: (Change & { link_id: string; partner_name: string })[] }>
  '/tenant/partner-access/changes/{change_request_id}/approve': Send<
    'post',
    Change,
    None,
    ById<'change_request_id'>
  >
  '/tenant/partner-access/changes/{change_request_id}/decline': Send<
    'post',
    Change,
    Reason,
    ById<'change_request_id'>
  >
  '/tenant/partner-access/policy': Get<Policy> & Send<'put', Policy, PolicyChange>
  '/tenant/partner-access/activity': Get<Activity, ActivityQuery>
  '/tenant/partner-access/freeze': Send<
    'post',
    Freeze,
    { scope: 'partner' | 'tenant'; partner_id?: string; reason?: string }
  >
  '/tenant/partner-access/freeze/{freeze_id}': Send<'delete', Freeze, Reason, ById<'freeze_id'>>
  '/tenant/partner-access/freezes': Get<{ items: Freeze[] }>
  '/tenant/access/explain': Send<
    'post',
    Decision,
    { user_id: string; permission: string; partner_id: string }
  >
  '/tenant/support/tickets': Get<TicketPage, TicketQuery> & Send<'post', TicketCreated, NewTicket>
  '/tenant/support/tickets/{ticket_id}': Get<TicketDetail, never, ById<'ticket_id'>> &
    Send<'patch', Ticket, TicketChange, ById<'ticket_id'>>
  '/tenant/billing/invoices': Get<InvoicePage, InvoiceQuery>

  '/admin/partners': Get<Page<Partner>, Paging & { status?: string; kind?: string }> &
    Send<'post', Partner, { name: string; slug: string; kinds: string[] }>
  '/admin/partners/{partner_id}': Get<Partner, never, ById<'partner_id'>>
  '/admin/partners/{partner_id}/suspend': Send<'post', Partner, Reason, ById<'partner_id'>>
  '/admin/partners/{partner_id}/reactivate': Send<'post', Partner, Reason, ById<'partner_id'>>
  '/admin/tenants': Get<Page<Tenant>, Paging & { status?: string }>
  '/admin/tenants/{tenant_id}': Get<Tenant, never, ById<'tenant_id'>>
  '/admin/partner-access/links': Get<Page<Link>, LinkQuery & { partner_id?: string; tenant_id?: string }>
  '/admin/partner-access/links/{link_id}': Get<LinkDetail, never, LinkPath>
  '/admin/partner-access/links/{link_id}/suspend': Send<'post', Link, Reason, LinkPath>
  '/admin/partner-access/links/{link_id}/resume': Send<'post', Link, Reason, LinkPath>
  '/admin/partner-access/links/{link_id}/revoke': Send<'post', Link, Reason, LinkPath>
  '/admin/partner-access/freezes': Get<{ items: Freeze[] }> &
    Send<'post', Freeze, { scope: string; id?: string; reason: string }>
  '/admin/partner-access/freezes/{freeze_id}/lift': Send<'post', Freeze, Reason, ById<'freeze_id'>>
  '/admin/partner-access/explain': Send<
    'post',
    Decision,
    { person_id: string; tenant_id: string; permission: string }
  >
  '/admin/audit': Get<Activity, ActivityQuery>
  '/admin/persons': Get<{ items: { person_id: string; name: string; email: string }[] }, { search?: string }>
}
