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
 * The address of the last page of a list, when the answer is the page beyond it that an address names: what stood there was
 * decided, or taken away, since that was written. Null for every other answer; a read may have pages of its own.
 */
export function lastPageFrom(address: string, answer: unknown): string | null {
  if (!isSlice(answer) || answer.items.length > 0 || answer.offset === 0) return null
  const { total, limit, offset } = answer
  const [path = '', search = ''] = address.split('?', 2)
  const named = parseSearch(search)
  const last = Math.max(0, Math.ceil(total / limit) - 1)
  if (Number(named['page']) * limit !== offset || last * limit >= offset) return null
  return path + stringifySearch({ ...named, page: last === 0 ? '' : String(last) })
}
