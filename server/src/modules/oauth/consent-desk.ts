import { mayRefreshConsent, openConsentRequest, readConsentOutcome } from '#modules/consents/index.ts'
import type { Database } from '#platform/database.ts'
import { endMandate } from '#platform/mandate.ts'
import { openForIdentity } from '#platform/resolvers/resolver-without-person.ts'
import type { ConsentDesk } from './parts.ts'

/** The consents module, as the authorization server needs it. */
export function makeConsentDesk(database: Database): ConsentDesk {
  return {
    open: openConsentRequest,
    read: readConsentOutcome,
    async isStillBacked(trace, consentId) {
      const { mandate, transaction } = await openForIdentity(database, trace, null)
      try {
        return await mayRefreshConsent(mandate, consentId)
      } finally {
        endMandate(mandate)
        await transaction.rollback()
      }
    },
  }
}
