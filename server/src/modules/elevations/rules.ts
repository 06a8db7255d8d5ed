import { compilePatterns, effectiveMask, EMPTY_MASK, has, permissionsOf } from '@liaison/access'
import type { Facts, Fault, Mask } from '@liaison/access'

/** How long more access lasts when nobody says otherwise, in minutes. Source: B13. */
export const DEFAULT_MINUTES = 60
export const LONGEST_MINUTES = 480
export const SHORTEST_MINUTES = 5

export type Asked =
  | { readonly ok: true; readonly mask: Mask }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** What the person could do if an elevation with this mask were in force. */
function maskWith(facts: Facts, mask: Mask): Mask {
  if (!facts.link) return EMPTY_MASK
  const further = { mask, starts_at: facts.now, ends_at: new Date(facts.now.getTime() + 1) }
  return effectiveMask({
    ...facts,
    link: { ...facts.link, elevations: [...facts.link.elevations, further] },
  })
}

function explainPattern(pattern: string, facts: Facts): Omit<Fault, 'pointer'> {
  const { mask, faults } = compilePatterns([pattern], { plane: 'delegation' })
  const [fault] = faults
  if (fault) return { code: fault.code, detail: fault.detail }
  const held = effectiveMask(facts)
  if (permissionsOf(mask).every((name) => has(held, name)))
    return { code: 'ALREADY_HELD', detail: 'You can do this without more access.' }
  return {
    code: 'OUT_OF_REACH',
    detail:
      'No elevation can give this: it is outside what this link can ever allow, denied in it, or switched off.',
  }
}

/**
 * What names and patterns add to what the person holds now: the part of them that an elevation can give, since neither
 * the ceiling nor a deny gives way to one. Every pattern that adds nothing is a fault. Source: B13.
 */
export function readAsked(facts: Facts, patterns: readonly string[]): Asked {
  const held = effectiveMask(facts)
  const faults: Fault[] = []
  let mask = EMPTY_MASK
  for (const [index, pattern] of patterns.entries()) {
    const meant = compilePatterns([pattern], { plane: 'delegation' }).mask
    const added = meant & maskWith(facts, meant) & ~held
    if (added === EMPTY_MASK)
      faults.push({ pointer: `/body/permissions/${index}`, ...explainPattern(pattern, facts) })
    mask |= added
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, mask }
}
