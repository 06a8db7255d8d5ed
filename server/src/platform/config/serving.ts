import type { Config } from '../config.ts'
import { isOfThisMachine } from './origin.ts'
import { ConfigError } from './together.ts'

/**
 * Refuses to serve people on the operator's database without what only the operator can know: where mails are handed over,
 * and at which address the installation is found. Commands at the machine need neither.
 */
export function refuseUnservable(config: Config): void {
  const { secrets, publicOrigin, isOutboxOpen } = config
  if (secrets.databaseUrl === undefined || isOutboxOpen) return
  const faults = [
    ...(secrets.smtpUrl === undefined
      ? ['SMTP_URL: required with DATABASE_URL; people would wait for links that nobody sends']
      : []),
    ...(publicOrigin === undefined
      ? ['PUBLIC_ORIGIN: required with DATABASE_URL; links in mails and the issuer of tokens are made of it']
      : []),
  ]
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
}

/** What works, and will disappoint: an embedded installation that people reach, and whose mails nobody gets or reads. */
export function warnOfUnsent({ secrets, publicOrigin }: Config): string[] {
  const isReached = publicOrigin !== undefined && !isOfThisMachine(publicOrigin)
  return secrets.smtpUrl === undefined && isReached
    ? [
        'SMTP_URL is missing: no mail is sent and none is shown, so that invitations and new passwords reach nobody.',
      ]
    : []
}

/** Whether whoever reaches the server may read mails instead of their being sent: never on an origin that strangers reach. */
export function showsOutbox(config: Config, { isEmbedded }: { readonly isEmbedded: boolean }): boolean {
  const { secrets, publicOrigin, isOutboxOpen } = config
  const isNear = publicOrigin === undefined || isOfThisMachine(publicOrigin)
  return secrets.smtpUrl === undefined && isNear && (isEmbedded || isOutboxOpen)
}
