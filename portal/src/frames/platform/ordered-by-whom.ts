import type { AdminService } from '@liaison/client'

import { t } from '../../platform/words.ts'
import { orderedBy } from '../shared/order-words.tsx'

/** Who ordered, as the provider reads it: what an organisation ordered for itself is not the reader's own. */
export function orderedByWhom(service: AdminService): string {
  const { client_name: app, person_name: person, partner_name: partner } = service.placed_by
  if (partner !== null) return orderedBy(service)
  return t('services.by_own', { who: app ?? person ?? '', tenant: service.customer_name })
}
