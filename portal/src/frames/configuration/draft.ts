import type { ConfigurationKey } from '@liaison/client'

export type Value = ConfigurationKey['default']

/** What a version would say, by the path of its key; what is not here is as the platform has it. */
export type Draft = Readonly<Record<string, Value>>

/** The first part of the path of a key. */
export type Section = 'roles' | 'sessions' | 'limits' | 'api' | 'branding' | 'policies'

type Branch = Readonly<Record<string, unknown>>

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const pathOf = (key: ConfigurationKey): string => key.path.join('/')

/** The value at a path of a document; undefined where it says nothing. */
export function valueIn(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((place, part) => (isBranch(place) ? place[part] : undefined), document)
}

function isValue(value: unknown): value is Value {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** The draft that says the same as a document. */
export function toDraft(keys: readonly ConfigurationKey[], document: unknown): Draft {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = valueIn(document, key.path)
      return isValue(value) ? [[pathOf(key), value] as const] : []
    }),
  )
}

function put(document: Branch, [part, ...rest]: readonly string[], value: Value): Branch {
  if (part === undefined) return document
  const old = document[part]
  return { ...document, [part]: rest.length === 0 ? value : put(isBranch(old) ? old : {}, rest, value) }
}

/** The document that a draft says, in the form that the server takes. */
export function toDocument(keys: readonly ConfigurationKey[], draft: Draft): Branch {
  return keys.reduce<Branch>((document, key) => {
    const value = draft[pathOf(key)]
    return value === undefined ? document : put(document, key.path, value)
  }, {})
}

/** The draft with one value changed; `undefined` gives it back to the platform. */
export function withValue(draft: Draft, path: string, value: Value | undefined): Draft {
  const { [path]: _old, ...others } = draft
  return value === undefined ? others : { ...others, [path]: value }
}

/** The keys of a section under the heading that their titles share. */
export function groupsOf(
  keys: readonly ConfigurationKey[],
  section: Section,
): { title: string | null; keys: { key: ConfigurationKey; label: string }[] }[] {
  const groups = new Map<string | null, { key: ConfigurationKey; label: string }[]>()
  for (const key of keys.filter((one) => one.path[0] === section)) {
    const [first = '', second] = key.title.split(': ')
    const label = second ?? first
    const group = groups.get(second === undefined ? null : first) ?? []
    group.push({ key, label: label.charAt(0).toUpperCase() + label.slice(1) })
    groups.set(second === undefined ? null : first, group)
  }
  return [...groups].map(([title, entries]) => ({ title, keys: entries }))
}
