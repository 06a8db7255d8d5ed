import type {
  ClientPermission,
  FormAction,
  Permission,
  PermissionOf,
  RealmPermission,
  TenantId,
} from '@liaison/access'
import type { Inputs, Schemas } from '../route-input.ts'

/**
 * Who may call a route. A route that states none of these does not compile, and does not start. The permission's own
 * plane decides which evidence is asked for; a delegation permission also says which tenant it is asked in.
 */
export type Access<S extends Schemas> =
  | { readonly public: string }
  /** `tenant`: the route tells about a tenant that the input or `X-Active-Tenant-Id` names, without entering it. */
  | { readonly identity: string; readonly tenant?: (input: Inputs<S>) => TenantId | undefined }
  /** A key of the provider's own systems: one that hands records in, unless the route is for keys of another use. */
  | { readonly ingest: string; readonly keyFor?: 'dashboards' }
  /** An API client with an access token; `account` says which billing account the request is about, which must be the token's. */
  | { readonly api: ClientPermission; readonly account: (input: Inputs<S>) => string }
  /** An end user of a white-label partner's own user base, with a session or token of that very realm. */
  | { readonly realm: RealmPermission }
  /** A form token of an agency, on its two operations (E3). */
  | { readonly form: FormAction }
  /** A server key of an agency, on the same two. */
  | { readonly agencyKey: FormAction }
  /** Signing up and in to a realm: of `/p/:slug/…` only, with the reason why no permission is asked for. */
  | { readonly realmDoor: string }
  | { readonly permission: PermissionOf<'platform'> }
  | { readonly permission: PermissionOf<'program'> }
  | {
      readonly permission: PermissionOf<'tenant'>
      /** The organisation, where the input may name it; else the header does, or the person's only one. */
      readonly tenant?: (input: Inputs<S>) => TenantId | undefined
    }
  | {
      readonly permission: PermissionOf<'delegation'>
      readonly tenant: 'header' | 'portfolio' | ((input: Inputs<S>) => TenantId)
    }

/** The kind of mandate that an access gives its handler; a public route gets none. */
export type KindOf<A> = A extends { public: string }
  ? never
  : A extends { identity: string }
    ? 'identity'
    : A extends { ingest: string }
      ? 'ingest'
      : A extends { api: ClientPermission }
        ? 'api'
        : A extends { realm: RealmPermission }
          ? 'realm'
          : A extends { realmDoor: string }
            ? 'realm_door'
            : A extends { form: FormAction }
              ? 'form'
              : A extends { agencyKey: FormAction }
                ? 'agency_key'
                : KindOfPermission<A>

type KindOfPermission<A> = A extends { permission: PermissionOf<'platform'> }
  ? 'platform'
  : A extends { permission: PermissionOf<'program'> }
    ? 'program'
    : A extends { permission: PermissionOf<'tenant'> }
      ? 'tenant'
      : A extends { tenant: 'portfolio' }
        ? 'portfolio'
        : 'acting'

export type AnyAccess =
  | { readonly public: string }
  | { readonly identity: string; readonly tenant?: (input: never) => TenantId | undefined }
  | { readonly ingest: string; readonly keyFor?: 'dashboards' }
  | { readonly api: ClientPermission; readonly account: (input: never) => string }
  | { readonly realm: RealmPermission }
  | { readonly form: FormAction }
  | { readonly agencyKey: FormAction }
  | { readonly realmDoor: string }
  | {
      readonly permission: Permission
      readonly tenant?: 'header' | 'portfolio' | ((input: never) => TenantId | undefined)
    }
