import { CATALOGUE } from './catalogue.ts'
import { featureOfArea } from './features.ts'
import type { Feature } from './features.ts'
import { CLIENT_NAMESPACE, NAMESPACE_PLANES } from './planes.ts'
import type { Namespace, NamespaceOf, Plane } from './planes.ts'

/** A dotted name of the catalogue, for example `partner.billing.invoices.read`. */
export type Permission = (typeof CATALOGUE)[number]['name']

/** The permissions that can be used on one plane. */
export type PermissionOf<P extends Plane> = Extract<Permission, `${NamespaceOf<P>}.${string}`>

/** The permissions of API clients: what a scope or an action of an access token stands for. */
export type ClientPermission = Extract<Permission, `${typeof CLIENT_NAMESPACE}.${string}`>

/** The permissions of the end users of a partner's realm; no person ever holds one. Source: registry.md section 6. */
export type RealmPermission = Extract<Permission, `realm.${string}`>

export { FEATURES } from './features.ts'
export type { Feature } from './features.ts'

/** What the catalogue declares about one permission. */
export interface PermissionEntry {
  readonly name: Permission
  /** Position in every stored mask, 0 to 255. */
  readonly bit: number
  readonly plane: Plane
  /** Who can hold it: a person through a role or a link, an API client through its token, or an end user of a realm. */
  readonly holder: 'person' | 'client' | 'end_user'
  /** The second segment of the name; pages group permissions by it. */
  readonly area: string
  /** Needs a factor used within the last 15 minutes. */
  readonly sensitive: boolean
  /** Using it can make somebody pay. */
  readonly spends: boolean
  /** Works on all of a tenant, so a link that is restricted to the partner's own accounts never opens it. Source: B18. */
  readonly whole: boolean
  /** The feature that must be on for the partner, if any. */
  readonly feature: Feature | null
  /** What a person can do with it, in the words of an approval page. */
  readonly sentence: string
  /** The stable action name of its audit events. */
  readonly audit_action: string
}

type Source = {
  readonly name: Permission
  readonly bit: number
  readonly sentence: string
  readonly sensitive?: true
  readonly spends?: true
  readonly whole?: true
  readonly feature?: Feature
}

function isNamespace(text: string): text is Namespace {
  return Object.hasOwn(NAMESPACE_PLANES, text)
}

function planeOf(namespace: string): Plane {
  if (namespace === CLIENT_NAMESPACE) return 'delegation'
  if (!isNamespace(namespace)) throw new Error(`The namespace ${namespace} has no plane.`)
  return NAMESPACE_PLANES[namespace]
}

function holderOf(namespace: string): PermissionEntry['holder'] {
  if (namespace === CLIENT_NAMESPACE) return 'client'
  return namespace === 'realm' ? 'end_user' : 'person'
}

function toEntry(source: Source): PermissionEntry {
  const [namespace = '', area = ''] = source.name.split('.')
  return Object.freeze({
    name: source.name,
    bit: source.bit,
    plane: planeOf(namespace),
    holder: holderOf(namespace),
    area,
    sensitive: source.sensitive ?? false,
    spends: source.spends ?? false,
    whole: source.whole ?? false,
    feature: source.feature ?? featureOfArea(source.name),
    sentence: source.sentence,
    // Within a tenant the namespace says nothing new; elsewhere it keeps the actions of two planes apart.
    audit_action: namespace === 'partner' ? source.name.slice('partner.'.length) : source.name,
  })
}

/** Every permission, in the order of the bits. */
export const PERMISSIONS: readonly PermissionEntry[] = Object.freeze(CATALOGUE.map(toEntry))

const BY_NAME: ReadonlyMap<string, PermissionEntry> = new Map(PERMISSIONS.map((entry) => [entry.name, entry]))

/** What the catalogue says about a name, or undefined when it is not a permission. */
export function findPermission(name: string): PermissionEntry | undefined {
  return BY_NAME.get(name)
}

/** Whether a text is the name of a permission. */
export function isPermission(text: string): text is Permission {
  return BY_NAME.has(text)
}

/** The fixed bit of a permission. Throws for a name outside the catalogue, which the types already refuse. */
export function bitOf(permission: Permission): number {
  const entry = BY_NAME.get(permission)
  if (!entry) throw new Error(`No permission is called ${permission}.`)
  return entry.bit
}

/** An entry whose permission can be used on one plane. */
export type PermissionEntryOf<P extends Plane> = PermissionEntry & { readonly name: PermissionOf<P> }

/** Every permission that a person can hold on one plane, in the order of the bits. */
export function permissionsOfPlane<P extends Plane>(plane: P): readonly PermissionEntryOf<P>[] {
  return PERMISSIONS.filter(
    (entry): entry is PermissionEntryOf<P> => entry.plane === plane && entry.holder === 'person',
  )
}

/** Every permission of API clients, in the order of the bits. */
export const CLIENT_PERMISSIONS: readonly PermissionEntry[] = Object.freeze(
  PERMISSIONS.filter(({ holder }) => holder === 'client'),
)

/** Every permission of the end users of a realm, in the order of the bits. */
export const REALM_PERMISSIONS: readonly PermissionEntry[] = Object.freeze(
  PERMISSIONS.filter(({ holder }) => holder === 'end_user'),
)
