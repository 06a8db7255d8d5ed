import { ProblemError } from './problem.ts'

/** What cannot be taken of one item of many. */
export interface ItemFault {
  readonly index: number
  /** A JSON pointer into the item (RFC 6901). */
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

/** Refuses a batch of items of which some cannot be taken; each fault is told, by its place in the body and by its item. */
export function refuseItems(faults: readonly ItemFault[]): never {
  const count = new Set(faults.map(({ index }) => index)).size
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    `${count === 1 ? 'One item' : `${count} items`} cannot be taken; nothing was changed.`,
    {
      errors: faults.map(({ index, pointer, code, detail }) => ({
        pointer: `/body/items/${index}${pointer}`,
        code,
        detail,
      })),
      details: { items: faults },
    },
  )
}

const DAY_MS = 86_400_000

/**
 * The fault of an item that is said to have happened later than a day from now, which no clock or time zone explains; none
 * for any other. It would stand in the books for ever, since what was handed in never changes.
 */
export function faultOfFuture(
  { index, pointer, at }: { readonly index: number; readonly pointer: string; readonly at: string },
  now: Date,
): ItemFault[] {
  if (Date.parse(at) <= now.getTime() + DAY_MS) return []
  return [{ index, pointer, code: 'IN_THE_FUTURE', detail: 'This is more than a day ahead.' }]
}
