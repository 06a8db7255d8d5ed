import './consent-words.ts'
import type { PartnerConsent, TenantConsent } from '@liaison/client'

import { t } from '../../platform/words.ts'

/** How soon a stop counts, where the customer bounded that; null where it did not. */
export function boundOf({
  max_revocation_seconds: seconds,
}: Pick<PartnerConsent, 'max_revocation_seconds'>): string | null {
  return seconds === null ? null : t('consent.bound_value', { seconds })
}

/** The networks that calls have to come from; null where they may come from anywhere. */
export function networksOf({ networks }: Pick<TenantConsent, 'networks'>): string | null {
  return networks.length === 0 ? null : t('consent.networks_value', { networks: networks.join(', ') })
}
