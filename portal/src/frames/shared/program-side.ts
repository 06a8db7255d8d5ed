import type { Frame } from '../../platform/frame.ts'

/** The side of the interface on which this frame reads and changes what belongs to the partner program. */
export function programSideOf({ kind }: Frame): 'admin' | 'program' {
  return kind === 'platform' ? 'admin' : 'program'
}
