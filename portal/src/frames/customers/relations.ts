import type { Link, OwnReferral, PartnerConsent, Resale } from '@liaison/client'

import { tenantNameOf } from '../shared/link-names.ts'

export const KINDS = ['managed', 'consented', 'resold', 'referred'] as const
export type Kind = (typeof KINDS)[number]

/** One thing that relates the partner to a customer, whatever its kind. */
export type Relation = {
  kind: Kind
  /** The record that says so, under its own public id. */
  id: string
  /** Null while nobody knows who was asked. */
  tenantId: string | null
  name: string
  status: string
  isRunning: boolean
  since: string
  ends: string | null
  /** Which side brought it into its state. */
  by: string | null
  /** The role of a link, the app of a consent, the agreement of a resale, the code of a referral. */
  about: string | null
  can: readonly string[]
  lastUsed: string | null
}

/** A customer with all that relates the partner to it. */
export type RelatedTenant = { key: string; tenantId: string | null; name: string; relations: Relation[] }

/** States of what works, pauses, or waits for an answer. */
export const RUNNING: ReadonlySet<string> = new Set(['requested', 'approved', 'active', 'suspended'])

export function relationOfLink(link: Link): Relation {
  return {
    kind: 'managed',
    id: link.link_id,
    tenantId: link.tenant_id,
    name: tenantNameOf(link),
    status: link.status,
    isRunning: RUNNING.has(link.status),
    since: link.approved_at ?? link.requested_at,
    ends: link.ends_at,
    by: link.status_changed_by,
    about: link.role_title,
    can: [],
    lastUsed: link.last_used_at,
  }
}

export function relationOfConsent(consent: PartnerConsent): Relation {
  return {
    kind: 'consented',
    id: consent.consent_id,
    tenantId: consent.tenant_id,
    name: consent.tenant_name,
    status: consent.status,
    isRunning: RUNNING.has(consent.status),
    since: consent.approved_at ?? consent.starts_at,
    ends: consent.ends_at,
    by: consent.status_changed_by,
    about: consent.client.name,
    can: consent.can,
    lastUsed: consent.last_used_at,
  }
}

export function relationOfResale(resale: Resale): Relation {
  return {
    kind: 'resold',
    id: resale.resale_id,
    tenantId: resale.tenant_id,
    name: resale.tenant_name ?? resale.tenant_id,
    status: resale.status,
    isRunning: RUNNING.has(resale.status),
    since: resale.starts_at,
    ends: resale.ends_at,
    by: resale.status_changed_by_side,
    about: resale.agreement_reference,
    can: [],
    lastUsed: null,
  }
}

/** Nothing for a referral that counts no longer: whom it was about is not shown any more. */
export function relationOfReferral(referral: OwnReferral): Relation | null {
  const { tenant } = referral
  if (tenant === null) return null
  return {
    kind: 'referred',
    id: referral.referral_id,
    tenantId: tenant.tenant_id,
    name: tenant.name,
    status: referral.state,
    isRunning: referral.state !== 'voided',
    since: tenant.signed_up_at,
    ends: null,
    by: null,
    about: referral.code,
    can: [],
    lastUsed: null,
  }
}

const byName = new Intl.Collator('en', { sensitivity: 'base', numeric: true })

/**
 * Each customer once, by name. What the planes of the server say apart is put together only here, by the public id of the
 * tenant; whoever was asked and has not answered is known by the name that was asked for alone, and stands for itself.
 */
export function toRelatedTenants(relations: readonly Relation[]): RelatedTenant[] {
  const found = new Map<string, RelatedTenant>()
  for (const relation of relations) {
    const key = relation.tenantId ?? relation.id
    const known = found.get(key)
    if (known) known.relations.push(relation)
    else found.set(key, { key, tenantId: relation.tenantId, name: relation.name, relations: [relation] })
  }
  return [...found.values()].toSorted((a, b) => byName.compare(a.name, b.name))
}

export type Wanted = { kind: Kind | 'any'; state: 'now' | 'ended' | 'any'; search: string }

/** Whether a relation is of the wanted kind and state. */
function isWanted({ kind, isRunning }: Relation, wanted: Wanted): boolean {
  if (wanted.kind !== 'any' && kind !== wanted.kind) return false
  return wanted.state === 'any' || isRunning === (wanted.state === 'now')
}

/** The customers that have a relation of the wanted kind and state; all of their relations of that state are shown with them. */
export function narrowed(tenants: readonly RelatedTenant[], wanted: Wanted): RelatedTenant[] {
  const text = wanted.search.toLocaleLowerCase()
  return tenants
    .filter(({ name }) => name.toLocaleLowerCase().includes(text))
    .filter(({ relations }) => relations.some((relation) => isWanted(relation, wanted)))
    .map((related) => ({
      ...related,
      relations: related.relations.filter((relation) => isWanted(relation, { ...wanted, kind: 'any' })),
    }))
}

/** The nearest end among what runs; null when nothing of it ends. */
export function firstEnd(relations: readonly Relation[]): string | null {
  const ends = relations.flatMap(({ ends: end }) => end ?? [])
  return ends.toSorted()[0] ?? null
}
