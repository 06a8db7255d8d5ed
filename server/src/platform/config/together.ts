import type { z } from 'zod'
import { isIpListWithin } from '@liaison/access'
import type { CertificateSource } from '#platform/credentials/client-certificate.ts'
import { parsePoolerUrl } from './database-url.ts'
import type { Pooler } from '../database.ts'
import { isOfThisMachine } from './origin.ts'

/** One variable that does not hold what it must; the value is not repeated, since it may be a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const EVERYBODY = ['0.0.0.0/0', '::/0']

/** Where client certificates come from. A field without a proxy to believe, or the reverse, is a mistake that would open or close everything. */
export function readCertificateSource(values: {
  readonly MTLS_CERTIFICATE_HEADER?: string | undefined
  readonly MTLS_PROXIES: readonly string[]
  readonly MTLS_ORIGIN?: string | undefined
}): CertificateSource | undefined {
  const { MTLS_CERTIFICATE_HEADER: header, MTLS_PROXIES: proxies, MTLS_ORIGIN: origin } = values
  if ((header === undefined) !== (proxies.length === 0))
    throw new ConfigError('MTLS_CERTIFICATE_HEADER and MTLS_PROXIES are set together or not at all')
  if (header === undefined && origin !== undefined)
    throw new ConfigError('MTLS_ORIGIN needs MTLS_CERTIFICATE_HEADER and MTLS_PROXIES')
  // Whoever can connect could then say which certificate was shown.
  if (EVERYBODY.some((all) => isIpListWithin([all], proxies)))
    throw new ConfigError('MTLS_PROXIES must not be everybody')
  return header === undefined ? undefined : { header, proxies }
}

/** The pooler before the operator's PostgreSQL; undefined where there is none. */
export function readPooler(values: {
  readonly DATABASE_URL?: string | undefined
  readonly DATABASE_POOLER_URL?: string | undefined
  readonly DATABASE_POOLER_FOLLOWS_STATEMENTS: boolean
}): Pooler | undefined {
  const { DATABASE_POOLER_URL: url, DATABASE_POOLER_FOLLOWS_STATEMENTS: followsStatements } = values
  if (url === undefined && !followsStatements) return undefined
  if (values.DATABASE_URL === undefined || url === undefined)
    throw new ConfigError(
      'DATABASE_POOLER_URL needs DATABASE_URL, and DATABASE_POOLER_FOLLOWS_STATEMENTS needs DATABASE_POOLER_URL',
    )
  return { connection: parsePoolerUrl(url), followsStatements }
}

/** Whether mails are shown to whoever asks. Refused where that would be strangers, or where mails are sent. */
export function refuseOpenOutbox(values: {
  readonly OUTBOX_OPEN_TO_ANYBODY: boolean
  readonly SMTP_URL?: string | undefined
  readonly PUBLIC_ORIGIN?: string | undefined
}): boolean {
  if (!values.OUTBOX_OPEN_TO_ANYBODY) return false
  if (values.SMTP_URL !== undefined)
    throw new ConfigError('OUTBOX_OPEN_TO_ANYBODY and SMTP_URL exclude each other: mails are shown or sent')
  if (values.PUBLIC_ORIGIN !== undefined && !isOfThisMachine(values.PUBLIC_ORIGIN))
    throw new ConfigError(
      "OUTBOX_OPEN_TO_ANYBODY must not be set beside a PUBLIC_ORIGIN that is not of this machine: strangers would read everybody's mails",
    )
  return true
}

/** What is wrong with the variables, a line for each. */
export function listFaults(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n')
}
