import type { BreachedPasswords } from './credentials/breached-passwords.ts'
import type { HelpContact } from './help-contact.ts'
import type { CursorSigner } from './cursor.ts'
import type { Standing } from './health.ts'
import type { PdfSealer } from './sealed-pdf.ts'
import type { Vault } from './credentials/vault.ts'

/** What came of a message that was sent as a trial. */
export interface TestedReceiver {
  readonly messageId: string
  readonly code: number | null
  readonly outcome:
    | 'delivered'
    | 'refused_by_receiver'
    | 'gone'
    | 'timeout'
    | 'address_refused'
    | 'not_connected'
  readonly durationMs: number
  readonly excerpt: string | null
}

/** What modules are given when their routes are made; everything else they reach through a mandate. */
export interface Services {
  readonly cursors: CursorSigner
  readonly vault: Vault
  /** Seals agreements and statements. */
  readonly pdfSealer: PdfSealer
  /** The origin that browsers see, without a trailing slash. */
  readonly publicOrigin: () => string
  /** The origin of the authorization server, where people sign in on their way to a consent; the public one unless it has a host of its own. */
  readonly authOrigin: () => string
  /** The origin that forms of agencies are served from, without a trailing slash: no cookies and no portal there. */
  readonly embedOrigin: () => string
  /** Networks of the provider's own, in CIDR form, that webhooks are delivered to besides the Internet. */
  readonly webhookNets: readonly string[]
  /** Whether this is the demo installation: sign-ins are shown, mails stay in the outbox page. */
  readonly isDemo: boolean
  /** Whether mails are only kept, for whoever reaches the server to read in the browser: in development and in the demo. */
  readonly keepsMail: boolean
  /** Where people find help from the provider, as far as it says. */
  readonly help: HelpContact
  readonly passwordHashConcurrency: number
  /** Knows passwords that were stolen elsewhere, where the operator names a service that does. */
  readonly breachedPasswords: BreachedPasswords
  /** Whether the service works, from the facts of `/readyz`; asked of the database every few seconds at most. */
  readonly standing: () => Promise<Standing>
  /** Sends a test message to the finance system that payouts are handed to; null when none is named. */
  readonly testPayoutReceiver: () => Promise<TestedReceiver | null>
}
