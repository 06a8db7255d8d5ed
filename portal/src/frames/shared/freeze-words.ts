import type { Freeze } from '@liaison/client'

import { t } from '../../platform/words.ts'

/** Whom or what a freeze blocks, by name. */
export function frozenName(freeze: Freeze): string {
  const name = freeze.person_name ?? freeze.partner_name ?? freeze.tenant_name ?? freeze.link_id
  return name ?? t('freeze.everybody')
}

/** Whether a second person is asked to lift it by somebody who decides still. */
export const isLiftAsked = (freeze: Freeze): boolean =>
  freeze.lift_asked_at !== null && freeze.lift_request_counts !== false

/** That whoever asked to lift it is none of those who decide here now, and what comes next; null where that is not so. */
export const voidLift = (freeze: Freeze): string | null =>
  freeze.lift_request_counts === false ? t('void.lift') : null

/** How a freeze stands: in force, in force while a second person is asked to lift it, or lifted. */
export function freezeState(freeze: Freeze): string {
  if (!freeze.in_force) return 'lifted'
  return isLiftAsked(freeze) ? 'lift_asked' : 'frozen'
}

export type LiftBody = { reason: string; outcome: 'asked' | 'lifted' }

/** What is sent to lift a freeze: with what the page says that comes of it, so that nothing else does. */
export const liftBody = (freeze: Freeze, reason: string): LiftBody => ({
  reason,
  outcome: freeze.takes_two_people && !isLiftAsked(freeze) ? 'asked' : 'lifted',
})

/** Whether the provider may lift a freeze: its own, and that of a person, which their partner set, in case nobody there can. */
export const mayProviderLift = ({
  set_by_side: side,
  scope,
}: Pick<Freeze, 'set_by_side' | 'scope'>): boolean =>
  side === 'provider' || (side === 'partner' && scope === 'person')
