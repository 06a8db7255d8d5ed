import type { Link } from '@liaison/client'

import type { Chosen } from '../shared/choose.tsx'

/** What was chosen, in the order in which it was, also where it stands on a page that is not shown now. */
export type KeptLinks = ReadonlyMap<string, Link>

export const nothingKept: KeptLinks = new Map<string, Link>()

/** How many links one order names at most. */
export const mostLinks = 200

/** The links of a choice: those that were kept, and those that came from the rows that are shown. */
export function keepChosen(kept: KeptLinks, chosen: Chosen, shown: readonly Link[]): KeptLinks {
  return new Map(
    [...kept.values(), ...shown].flatMap((link) => (chosen.has(link.link_id) ? [[link.link_id, link]] : [])),
  )
}

/** What is still chosen once these were ordered; what was chosen meanwhile stays. */
export function withoutOrdered(kept: KeptLinks, ordered: readonly string[]): KeptLinks {
  const gone = new Set(ordered)
  return new Map([...kept].filter(([id]) => !gone.has(id)))
}
