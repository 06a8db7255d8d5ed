import type { paths } from './paths.ts'

type Success = 200 | 201 | 202

type Json<Operation> = Operation extends { responses: infer Answers }
  ? Answers[keyof Answers & Success] extends { content: { 'application/json': infer Body } }
    ? Body
    : never
  : never
type Got<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Json<Operation> : never
type Posted<Path extends keyof paths> = paths[Path] extends { post: infer Operation }
  ? Json<Operation>
  : never
type Item<Listed> = Listed extends { items: readonly (infer One)[] } ? One : never

export type Me = Got<'/me'>
export type ManagedTenantPage = Got<'/partner/customers'>
export type ManagedTenant = Item<ManagedTenantPage>
export type ManagedTenantDetail = Got<'/partner/customers/{tenant_id}'>
export type InvoicePage = Got<'/partner/billing/invoices'>
export type Invoice = Item<InvoicePage>
export type InvoiceDetail = Got<'/partner/billing/invoices/{invoice_id}'>
export type Money = Invoice['total']
export type TicketPage = Got<'/partner/support/tickets'>
export type Ticket = Item<TicketPage>
export type TicketDetail = Got<'/partner/support/tickets/{ticket_id}'>
export type SlaPolicy = Got<'/tenant/sla/policies/default'>
export type SlaTerms = SlaPolicy['terms']
export type SlaPolicyList = Got<'/tenant/sla/policies'>
export type ActingContext = Posted<'/partner/context'>
export type ReachableTenant = Item<Got<'/partner/context/tenants'>>
export type Link = Item<Got<'/partner/links'>>
export type LinkDetail = Got<'/partner/links/{link_id}'>
export type PartnerMember = Item<Got<'/partner/members'>>
export type TenantGroup = Item<Got<'/partner/tenant-groups'>>
export type SlaAlert = Item<Got<'/partner/alerts/sla'>>
export type BillingAlert = Item<Got<'/partner/alerts/billing'>>
export type PlainAlert = Item<Got<'/partner/alerts/access'>>
export type AlertCounts = Got<'/partner/alerts/counts'>
export type AlertRuleList = Got<'/partner/alert-rules'>
export type AlertRule = Item<AlertRuleList>
export type Team = Item<Got<'/partner/teams'>>
export type TeamDetail = Got<'/partner/teams/{team_id}'>
export type Assignments = Got<'/partner/assignments'>
export type AssignedCell = Assignments['assignments'][number]
export type BulkOperation = Got<'/partner/operations/{operation_id}'>
export type BulkOrder = NonNullable<
  paths['/partner/links/bulk']['post']['requestBody']
>['content']['application/json']
export type SavedView = Item<Got<'/partner/saved-views'>>
export type Decision = Posted<'/partner/access/explain'>
export type Activity = Got<'/partner/audit'>
export type ActivityEvent = Item<Activity>
export type UsageReport = Got<'/partner/reports/usage'>
export type UsageOfTenant = UsageReport['by_tenant'][number]
export type SlaReport = Got<'/partner/reports/sla'>
export type SlaOfTenant = SlaReport['by_tenant'][number]
export type RevenueReport = Got<'/partner/reports/revenue'>
export type RevenueAmounts = RevenueReport['totals'][number]
export type TenantComparison = Got<'/partner/reports/compare'>
export type ComparedTenant = TenantComparison['tenants'][number]
export type Scope = ManagedTenantPage['scope']
export type TenantHome = Got<'/tenant/home'>
export type TenantLink = Item<Got<'/tenant/partner-access/links'>>
export type TenantLinkDetail = Got<'/tenant/partner-access/links/{link_id}'>
export type AccessPreview = Posted<'/tenant/partner-access/links/{link_id}/preview'>
export type WebhookEndpoint = Item<Got<'/partner/webhook-endpoints'>>
export type WebhookDelivery = Item<Got<'/partner/webhook-endpoints/{endpoint_id}/deliveries'>>
export type Freeze = Item<Got<'/admin/partner-access/freezes'>>
export type Elevation = Item<Got<'/partner/elevations'>>
export type PartnerAccount = Item<Got<'/partner/accounts'>>
export type AccessGrid = Posted<'/admin/partner-access/explain/grid'>
export type PartnerRecord = Item<Got<'/admin/partners'>>
export type TenantRecord = Item<Got<'/admin/tenants'>>
export type PartnerPolicy = Got<'/tenant/partner-access/policy'>
export type PolicyImpact = Posted<'/tenant/partner-access/policy/impact'>
export type Visit = Item<Got<'/tenant/partner-access/visits'>>
export type LinkCheck = Got<'/partner/links/{link_id}/check'>
export type LinkSettings = Got<'/partner/links/{link_id}/settings'>
export type LinkChecklist = Got<'/tenant/partner-access/links/{link_id}/checklist'>
export type Handover = Posted<'/tenant/partner-access/links/{link_id}/handover'>
export type RoleDrift = Item<Got<'/tenant/partner-access/role-versions'>>
export type LinkNewsPage = Got<'/partner/link-news'>
export type CalendarAddress = Item<Got<'/partner/calendars'>>
export type PartnerNetworks = Got<'/partner/networks'>
export type AccessChange = Item<Got<'/tenant/partner-access/changes'>>
export type StoppedAll = Posted<'/tenant/partner-access/stop-all'>
export type LinkMember = Got<'/partner/links/{link_id}/members'>['members'][number]
export type SubscriberPage = Got<'/partner/provisioning/subscribers'>
export type Subscriber = Item<SubscriberPage>
export type PlatformLink = Got<'/admin/partner-access/links/{link_id}'>
export type TenantConsent = Item<Got<'/tenant/consents'>>
export type TenantConsentDetail = Got<'/tenant/consents/{consent_id}'>
export type WaitingConsent = Item<Got<'/tenant/consent-requests'>>
export type PlatformConsent = Item<Got<'/admin/consents'>>
export type PlatformConsentDetail = Got<'/admin/consents/{consent_id}'>
export type BlastRadius = Got<'/admin/partners/{partner_id}/blast-radius'>
export type Resale = Item<Got<'/tenant/resales'>>
export type Order = Item<Got<'/tenant/orders'>>
export type OrderDetail = Got<'/tenant/orders/{order_id}'>
export type Service = Item<Got<'/tenant/services'>>
export type ApiClient = Item<Got<'/admin/clients'>>
export type PartnerConsent = Item<Got<'/partner/consents'>>
export type OnboardingChecklist = Got<'/partner/onboarding'>
export type ApiTerms = Got<'/partner/api-terms'>
export type PartnerApplication = Item<Got<'/admin/partner-applications'>>
export type CommercialRelationship = Item<Got<'/admin/commercial-relationships'>>
export type SigningKey = Item<Got<'/admin/signing-keys'>>
export type Gateway = Item<Got<'/admin/gateways'>>
export type BillingSummary = Got<'/partner/billing/summary'>
export type BillingTotals = BillingSummary['totals'][number]
export type Dispute = Item<Got<'/partner/billing/disputes'>>
export type DisputePage = Got<'/partner/billing/disputes'>
export type PaymentPage = Got<'/partner/billing/payments'>
export type ReminderSetting = Got<'/tenant/billing/reminder-setting'>
export type ExportPage = Got<'/partner/exports'>
export type ExportRecord = Item<ExportPage>
export type ExportKind = Item<Got<'/partner/export-kinds'>>
export type ExportPreview = Posted<'/partner/exports/preview'>
