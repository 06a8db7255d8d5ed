import { ACTS } from '../acts.ts'
import type { Act } from '../acts.ts'
import { mayBegin } from '../platform/frame.ts'
import type { Frame } from '../platform/frame.ts'
import type { NavGroup } from '../platform/nav.ts'
import { t } from '../platform/words.ts'
import type { Target } from './palette-finds.ts'

const acts: readonly Act[] = Object.values(ACTS)

/** What can be begun from everywhere in a frame: each only where the menu has its page and the person may do it (U1). */
export function actTargets(frame: Frame, nav: readonly NavGroup[]): Target[] {
  const pages = new Set(nav.flatMap(({ entries }) => entries.map(({ to }) => to)))
  return acts
    .filter((act) => act.in === frame.kind && pages.has(act.page(frame)) && mayBegin(frame, act))
    .map(({ label, to }) => ({ id: to(frame), label: t(label), note: t('act.note'), to: to(frame) }))
}
