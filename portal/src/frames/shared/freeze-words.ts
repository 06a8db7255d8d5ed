import type { Freeze } from '@liaison/client'

import { t } from '../../platform/words.ts'

/** Whom or what a freeze blocks, by name. */
export function frozenName(freeze: Freeze): string {
  const name = freeze.person_name ?? freeze.partner_name ?? freeze.tenant_name ?? freeze.link_id
  return name ?? t('freeze.everybody')
}
