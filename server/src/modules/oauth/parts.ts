import type { IncomingMessage } from 'node:http'
import type { Action, ClientId, Permission, Scope } from '@liaison/access'
import type { AccessRequestDesk, BackchannelDesk } from '#modules/consents/index.ts'
import type { ReadCertificate } from '#platform/credentials/client-certificate.ts'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/database.ts'
import type { Limiter } from '#platform/limits/limits.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import type { KeyReader } from './keys.ts'
import type { OAuthPlaces } from './settings.ts'
import type { StrangerLog } from './stranger-log.ts'

/** What a client asks a tenant for. */
export interface ConsentQuestion {
  /** The interaction; the secret that binds the question to one browser. */
  readonly uid: string
  readonly clientId: ClientId
  readonly scopes: readonly Scope[]
  readonly actions: readonly Action[]
  readonly customerHint: string | null
  readonly accessDurationSeconds: number
  readonly purpose: string | null
  readonly reference: string | null
  readonly grantAction: 'create' | 'merge' | 'replace'
  /** The UUID of the consent that is to be changed. */
  readonly delegationId: string | null
}

/** What became of a question. */
export interface ConsentOutcome {
  readonly state: 'open' | 'waiting' | 'approved' | 'denied' | 'ended'
  readonly delegation: {
    readonly id: string
    readonly tenantId: string
    /** In the order in which they were chosen. */
    readonly bans: readonly string[]
    readonly scopes: readonly string[]
    readonly actions: readonly string[]
    readonly endsAt: Date
  } | null
}

/** Where a tenant's people decide: the consents module stands behind it. */
export interface ConsentDesk {
  /** Puts the question, once for each interaction, and says where it is answered. */
  open(mandate: Mandate<'identity'>, question: ConsentQuestion): Promise<{ readonly path: string }>
  read(mandate: Mandate<'identity'>, uid: string): Promise<ConsentOutcome>
  /** Whether tokens may be issued although the person who approved has left: the tenant's policy says (attack 40). */
  isStillBacked(trace: RequestTrace, consentId: string): Promise<boolean>
}

/** An API, or the gateway before it, that may ask about tokens: what it needs of a token decides of which it learns. */
export interface AskingApi {
  /** The UUID under which it is registered. */
  readonly id: string
  readonly name: string
  readonly permissions: readonly Permission[]
}

/** Finds the API that a request's own credential stands for; null when there is none. */
export type AskingApis = (request: IncomingMessage) => Promise<AskingApi | null>

/** What the authorization server is made with. */
export interface OAuthParts {
  readonly database: Database
  readonly vault: Vault
  readonly limiter: Limiter
  readonly clock: Clock
  readonly places: OAuthPlaces
  /** The origin that browsers see, at which people look at what mails tell them of. */
  readonly portalOrigin: () => string
  readonly keys: KeyReader
  readonly consents: ConsentDesk
  readonly accessRequests: AccessRequestDesk
  readonly backchannel: BackchannelDesk
  /** Whether clients may ask customers without a browser at all: off unless the installation says otherwise. */
  readonly asksWithoutBrowser: boolean
  readonly apis: AskingApis
  /** Reads the certificate of the client behind a request; null where none is taken, so that no token is bound to one. */
  readonly certificates: ReadCertificate | null
  /** Where refusals to those are counted who did not prove to be anybody. */
  readonly strangers: Pick<StrangerLog, 'record'>
  /** Told of errors that no answer shows. */
  readonly onError: (error: unknown) => void
}
