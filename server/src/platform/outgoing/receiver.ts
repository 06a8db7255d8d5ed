import { z } from 'zod'
import type { Services } from '#platform/services.ts'
import { findUrlFault } from './addresses.ts'
import type { AddressRules } from './addresses.ts'
import { readAllowedNets } from './allowed-nets.ts'

const MOST_URL_LENGTH = 2000

/** How long both secrets sign after a rotation, when the owner does not say otherwise. */
export const OVERLAP_HOURS = 24

/** The rules for addresses of an installation that others choose: webhooks, and receivers of signals. */
export function addressRulesOf(
  services: Pick<Services, 'isDemo' | 'publicOrigin' | 'embedOrigin' | 'webhookNets'>,
): AddressRules {
  const ownHosts = [services.publicOrigin(), services.embedOrigin()].map((origin) => new URL(origin).host)
  return {
    allowsLoopback: services.isDemo,
    ownHosts,
    allowedNets: readAllowedNets(services.webhookNets),
  }
}

/** An address that messages are sent to, under the installation's rules for addresses; they are asked for each time. */
export const makeAddress = (rules: () => AddressRules) =>
  z
    .string()
    .max(MOST_URL_LENGTH)
    .transform((text, context) => {
      const fault = findUrlFault(text, rules())
      // Kept in the one spelling that is connected to; escapes can make it longer.
      const href = fault === null ? new URL(text).href : ''
      if (fault === null && href.length <= MOST_URL_LENGTH) return href
      const message = fault ?? `must have at most ${MOST_URL_LENGTH} characters when it is escaped`
      context.addIssue({ code: 'custom', message, params: { code: 'URL_REFUSED' } })
      return z.NEVER
    })
    .meta({ description: 'Where messages are sent: https on port 443 or 8443, reachable from the Internet.' })

/** What the owner says when a secret is changed for a new one. */
export const RotateBody = z
  .strictObject({
    overlap_hours: z
      .int()
      .min(0)
      .max(OVERLAP_HOURS)
      .default(OVERLAP_HOURS)
      .meta({ description: 'How long messages are signed with the old secret, too; 0 when it has leaked.' }),
  })
  .optional()
