/** A value that JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

function isSorted(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isSorted)
  let before = ''
  for (const [key, part] of Object.entries(value)) {
    if (key < before || !isSorted(part)) return false
    before = key
  }
  return true
}

function write(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([key, part]) => `${JSON.stringify(key)}:${write(part)}`).join(',')}}`
}

/**
 * The one text that a JSON value has under RFC 8785: members sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Takes what `JSON.parse` returns; text must be well-formed Unicode.
 */
export function toCanonicalJson(value: JsonValue): string {
  // ECMAScript keeps the order of members, so a value that came in canonical order is written by the engine itself.
  return isSorted(value) ? JSON.stringify(value) : write(value)
}
