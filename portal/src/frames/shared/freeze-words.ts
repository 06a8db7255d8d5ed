import type { Freeze } from '@liaison/client'

import { t } from '../../platform/words.ts'

/** Whom or what a freeze blocks, by name. */
export function frozenName(freeze: Freeze): string {
  const name = freeze.person_name ?? freeze.partner_name ?? freeze.tenant_name ?? freeze.link_id
  return name ?? t('freeze.everybody')
}

/** How a freeze stands: in force, in force while a second person is asked to lift it, or lifted. */
export function freezeState({ in_force: isInForce, lift_asked_at: asked }: Freeze): string {
  if (!isInForce) return 'lifted'
  return asked === null ? 'frozen' : 'lift_asked'
}
