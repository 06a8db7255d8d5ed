/** The kinds of evidence a request can carry, and so which data it can reach. Source: product.md, access.md section 1. */
export const PLANES = ['platform', 'program', 'delegation', 'tenant', 'realm'] as const

export type Plane = (typeof PLANES)[number]

/** The plane of every namespace: the first segment of a permission's name decides where it can be used. */
export const NAMESPACE_PLANES = {
  partner: 'delegation',
  partner_org: 'program',
  tenant: 'tenant',
  platform: 'platform',
  realm: 'realm',
} as const satisfies Record<string, Plane>

/**
 * The namespace of what API clients do. It belongs to the delegation plane, but a person never holds any of it: links
 * and roles give other names. Source: access.md section 3.
 */
export const CLIENT_NAMESPACE = 'api'

export type Namespace = keyof typeof NAMESPACE_PLANES

/** The namespaces whose permissions belong to the plane. */
export type NamespaceOf<P extends Plane> = {
  [N in Namespace]: (typeof NAMESPACE_PLANES)[N] extends P ? N : never
}[Namespace]
