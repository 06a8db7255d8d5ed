import type { paths as documented } from './generated/api.ts'

/** Paths that the server's document does not describe yet, in the form that openapi-fetch reads. */

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

type ById<Name extends string> = { [N in Name]: string }

type Page<Item> = { items: Item[]; total: number; limit: number; offset: number; has_more: boolean }

type Link = LinkAnswer['items'][number]
type LinkAnswer = documented['/api/v1/partner/links']['get']['responses'][200]['content']['application/json']
type LinkDetail =
  documented['/api/v1/partner/links/{link_id}']['get']['responses'][200]['content']['application/json']
type LinkQuery = Paging & { status?: string; tenant?: string; partner_id?: string; tenant_id?: string }
type Paging = { limit?: number; offset?: number; search?: string }
type Reason = { reason?: string }
type LinkPath = ById<'link_id'>

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

export type pending = {
  '/partner/access/explain': Send<
    'post',
    Decision,
    { user_id?: string; tenant_id: string; permission: string }
  >
  '/partner/access/explain/{explain_id}': Get<Decision, never, ById<'explain_id'>>
  '/tenant/access/explain/{explain_id}': Get<Decision, never, ById<'explain_id'>>
  '/admin/partner-access/explain/{explain_id}': Get<Decision, never, ById<'explain_id'>>
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
  '/admin/persons': Get<{ items: { person_id: string; name: string; email: string }[] }, { search?: string }>
}
