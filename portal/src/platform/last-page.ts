import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

import { parseSearch, stringifySearch } from './filters.ts'

type Slice = { items: readonly unknown[]; total: number; limit: number; offset: number }

function isSlice(answer: unknown): answer is Slice {
  if (typeof answer !== 'object' || answer === null) return false
  const read = (name: string): unknown => Reflect.get(answer, name)
  return (
    Array.isArray(read('items')) && ['total', 'limit', 'offset'].every((name) => Number.isInteger(read(name)))
  )
}

/**
 * The last page of a list, counted from zero, when the answer is a page beyond it: what stood there was decided, or taken
 * away, since the address was written. Null for every other answer.
 */
export function lastPageFor(answer: unknown): number | null {
  if (!isSlice(answer) || answer.items.length > 0 || answer.offset === 0 || answer.limit < 1) return null
  const last = Math.max(0, Math.ceil(answer.total / answer.limit) - 1)
  return last * answer.limit < answer.offset ? last : null
}

/** Turns to the last page of a list where the address names one beyond it, so that nobody takes it for empty. */
export function useLastPage(answer: unknown): void {
  const { history } = useRouter()
  const last = lastPageFor(answer)
  const offset = isSlice(answer) ? answer.offset : 0
  const limit = isSlice(answer) ? answer.limit : 1
  useEffect(() => {
    if (last === null) return
    const { pathname, search } = history.location
    const named = parseSearch(search)
    // Only the page that the address names is turned; a read may have pages of its own.
    if (Number(named['page']) * limit !== offset) return
    const kept = Object.entries(named).filter(([name]) => name !== 'page')
    history.replace(
      pathname + stringifySearch({ ...Object.fromEntries(kept), ...(last > 0 && { page: String(last) }) }),
    )
  }, [last, offset, limit, history])
}
