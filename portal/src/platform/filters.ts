/** How one filter reads its value from the address and writes it back. Values that make no sense are dropped. */
export type FilterField<Value> = {
  fallback: Value
  read(raw: string): Value | null
  write(value: Value): string
}

export type FilterSpec = Readonly<Record<string, FilterField<unknown>>>
export type FilterValues<Spec extends FilterSpec> = {
  -readonly [Key in keyof Spec]: Spec[Key] extends FilterField<infer Value> ? Value : never
}

/** Free text, trimmed; empty when absent. */
export function textField(): FilterField<string> {
  return { fallback: '', read: (raw) => raw.trim().slice(0, 200), write: (value) => value.trim() }
}

/** One of the listed words; the fallback when absent or unknown. */
export function choiceField<Word extends string>(words: readonly Word[], fallback: Word): FilterField<Word> {
  return { fallback, read: (raw) => words.find((word) => word === raw) ?? null, write: (value) => value }
}

/** A whole number inside the bounds. */
export function numberField(fallback: number, bounds: { min: number; max: number }): FilterField<number> {
  return {
    fallback,
    read: (raw) => {
      const value = /^\d{1,9}$/.test(raw) ? Number(raw) : Number.NaN
      return value >= bounds.min && value <= bounds.max ? value : null
    },
    write: String,
  }
}

/** Reads every filter of a page from the search part of the address. */
export function readFilters<Spec extends FilterSpec>(
  spec: Spec,
  search: Readonly<Record<string, unknown>>,
): FilterValues<Spec> {
  const values = Object.entries(spec).map(([name, field]) => {
    const raw = search[name]
    return [
      name,
      typeof raw === 'string' && raw !== '' ? (field.read(raw) ?? field.fallback) : field.fallback,
    ]
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each entry was read by the field of that name
  return Object.fromEntries(values) as FilterValues<Spec>
}

/** The search part for these values; what equals its fallback is left out, so addresses stay short. */
export function writeFilters<Spec extends FilterSpec>(
  spec: Spec,
  values: FilterValues<Spec>,
): Record<string, string> {
  const written: Record<string, string> = {}
  for (const [name, field] of Object.entries(spec)) {
    const value: unknown = values[name]
    const text = field.write(value)
    if (text !== '' && text !== field.write(field.fallback)) written[name] = text
  }
  return written
}

/** Names of the filters that differ from their fallback, apart from those that only order or page. */
export function activeFilters<Spec extends FilterSpec>(spec: Spec, values: FilterValues<Spec>): string[] {
  return Object.keys(writeFilters(spec, values)).filter(
    (name) => !['page', 'size', 'sort', 'order', 'view'].includes(name),
  )
}

/** Parses the search part of an address into plain text values; the first of a repeated name counts. */
export function parseSearch(search: string): Record<string, string> {
  const parsed: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(search)) parsed[name] ??= value
  return parsed
}

/** Writes plain text values as the search part of an address, with its question mark. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') params.set(name, value)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
