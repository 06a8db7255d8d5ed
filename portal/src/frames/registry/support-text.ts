import type { PartnerProfile } from '@liaison/client'

import { t } from '../../platform/words.ts'

type Supported = Pick<PartnerProfile, 'support_contact' | 'approved_support_contact'>

/** The support contact of a partner; that it waits, and what customers see meanwhile, where the provider has not approved it. */
export function supportText({
  support_contact: typed,
  approved_support_contact: shown,
}: Supported): string | null {
  if (typed === shown) return shown
  const none = t('entry.support_none')
  return t('entry.support_waits', { typed: typed ?? none, shown: shown ?? none })
}
