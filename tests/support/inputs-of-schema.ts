import fc from 'fast-check'

export type Schema = Readonly<Record<string, unknown>>

const MOST_ITEMS = 3
/** Longer text is sent by `bad-input.test.ts`. */
const LONGEST = 300
const ID_PATTERN = /^\^(?<prefix>[a-z]{3})_\[0-7\]/
const MILLISECONDS_OF_A_CENTURY = 3_155_760_000_000

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const schemasIn = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : [])
const numberIn = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise

const MOST_SEEN = 40

/** What was seen in answers: ids by their prefix, other texts by the names of their fields. What is asked with them goes deeper than with what is of nothing. */
export class Seen {
  readonly #ids = new Map<string, Set<string>>()
  readonly #texts = new Map<string, Set<string>>()

  /** Notes what an answer says. */
  note(body: string): void {
    for (const [id] of body.matchAll(/\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g))
      this.#add(this.#ids, id.slice(0, 3), id)
    for (const { groups } of body.matchAll(/"(?<name>[a-z_]+)":"(?<text>[^"\\]{1,100})"/g))
      this.#add(this.#texts, groups?.['name'] ?? '', groups?.['text'] ?? '')
  }

  #add(to: Map<string, Set<string>>, key: string, value: string): void {
    const known = to.get(key) ?? new Set()
    if (known.size < MOST_SEEN) to.set(key, known.add(value))
  }

  /** What nobody can guess and no answer need say. */
  know(name: string, texts: readonly string[]): void {
    for (const text of texts) this.#add(this.#texts, name, text)
  }

  idsOf(prefix: string): readonly string[] {
    return [...(this.#ids.get(prefix) ?? [])]
  }

  textsOf(name: string): readonly string[] {
    return [...(this.#texts.get(name) ?? [])]
  }
}

/** Days and instants at which calendars, zones and databases differ. */
const DAYS = ['0000-01-01', '0001-01-01', '1582-10-10', '1969-12-31', '2024-02-29', '9999-12-31']
const INSTANTS = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '1969-12-31T23:59:59.999Z',
  '2024-02-29T23:00:00Z',
  '2026-11-23T12:00:00.123456789+05:45',
  '9999-12-31T23:59:59-23:59',
]
const TEXTS = [
  'a',
  ' a ',
  "O'Hara; --",
  '%_\\',
  '=1+1',
  '<b>&amp;</b>',
  'İstanbul ﷽ 🏳️‍🌈',
  '\u202Eabc',
  'ｅ́é',
  '0',
  'null',
]

/** Text of forms that an expression can tell and not make. */
const KNOWN_FORMS = [
  'https://example.com/a?b=c',
  '192.0.2.0/24',
  '2001:db8::/32',
  '192.0.2.7',
  '2001:db8::7',
  'shop.example.com',
]

const TODAY = performance.timeOrigin
const within = (milliseconds: number) => fc.integer({ min: -milliseconds, max: milliseconds })

/** Mostly within half a year of today, which is what most rules are about. */
const instantNear = fc
  .oneof({ arbitrary: within(MILLISECONDS_OF_A_CENTURY / 200), weight: 3 }, within(MILLISECONDS_OF_A_CENTURY))
  .map((offset) => new Date(TODAY + offset).toISOString())

/** The least and the greatest length of a text, in code points as JSON Schema counts them. */
const lengthsOf = (schema: Schema): readonly [number, number] => [
  numberIn(schema['minLength'], 0),
  numberIn(schema['maxLength'], LONGEST),
]

const hasLength = (schema: Schema) => (text: string) => {
  const [shortest, longest] = lengthsOf(schema)
  const { length } = Array.from(text)
  return length >= shortest && length <= longest
}

const matchers = new Map<string, fc.Arbitrary<string>>()

/** Texts of a form; made once of each, because reading an expression takes longer than all texts that are drawn of it. */
function textMatching(pattern: string): fc.Arbitrary<string> {
  const matcher = matchers.get(pattern) ?? fc.stringMatching(new RegExp(pattern), { size: 'small' })
  matchers.set(pattern, matcher)
  return matcher
}

/** Makes values that have the form which schemas of one OpenAPI document declare, at the edges of what they allow. */
export class InputsOfSchema {
  readonly #document: Schema
  readonly #seen: Seen

  constructor(document: Schema, seen: Seen) {
    this.#document = document
    this.#seen = seen
  }

  /** Follows a reference within the document. Throws when it leads nowhere. */
  resolve(schema: Schema): Schema {
    const { $ref: reference } = schema
    if (typeof reference !== 'string') return schema
    let found: unknown = this.#document
    for (const key of reference.slice(2).split('/')) found = isSchema(found) ? found[key] : undefined
    if (!isSchema(found)) throw new Error(`The document has no ${reference}.`)
    return this.resolve(found)
  }

  /** Values of a schema; where they are of a field, with what was seen under its name. */
  of(given: Schema, name = ''): fc.Arbitrary<unknown> {
    const schema = this.resolve(given)
    if ('const' in schema) return fc.constant(schema['const'])
    if (Array.isArray(schema['enum'])) return fc.constantFrom<unknown>(...schema['enum'])
    const choices = [...schemasIn(schema['anyOf']), ...schemasIn(schema['oneOf'])]
    if (choices.length > 0) return fc.oneof(...choices.map((choice) => this.of(choice, name)))
    if (Array.isArray(schema['type']))
      return fc.oneof(...schema['type'].map((type: unknown) => this.of({ ...schema, type }, name)))
    return this.#ofType(schema, name)
  }

  #ofType(schema: Schema, name: string): fc.Arbitrary<unknown> {
    switch (schema['type']) {
      case 'object':
        return this.#object(schema)
      case 'array':
        return this.#array(schema)
      case 'string':
        return this.#named(this.#text(schema), schema, name)
      case 'integer':
        return this.#wholeNumber(schema)
      case 'number':
        return fc.constantFrom(
          ...[schema['minimum'], schema['maximum'], 0.5, 1].filter((bound) => typeof bound === 'number'),
        )
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      default:
        return fc.jsonValue({ maxDepth: 2 })
    }
  }

  #object(schema: Schema): fc.Arbitrary<unknown> {
    const { properties, additionalProperties } = schema
    if (isSchema(properties)) {
      const fields = Object.entries(properties).filter((entry): entry is [string, Schema] =>
        isSchema(entry[1]),
      )
      const requiredKeys = Array.isArray(schema['required']) ? schema['required'] : []
      const model = Object.fromEntries(fields.map(([name, field]) => [name, this.of(field, name)]))
      return fc.record(model, { requiredKeys, noNullPrototype: true })
    }
    const keys = isSchema(schema['propertyNames'])
      ? this.of(schema['propertyNames'])
      : fc.constantFrom('a', 'name')
    const values = isSchema(additionalProperties) ? this.of(additionalProperties) : fc.constant('x')
    return fc
      .array(fc.tuple(keys, values), { maxLength: MOST_ITEMS })
      .map((entries) => Object.fromEntries(entries.map(([key, value]) => [String(key), value])))
  }

  #array(schema: Schema): fc.Arbitrary<unknown> {
    const minLength = numberIn(schema['minItems'], 0)
    const maxLength = Math.min(numberIn(schema['maxItems'], MOST_ITEMS), Math.max(MOST_ITEMS, minLength))
    return fc.array(isSchema(schema['items']) ? this.of(schema['items']) : fc.constant('x'), {
      minLength,
      maxLength,
    })
  }

  #wholeNumber(schema: Schema): fc.Arbitrary<number> {
    const min = numberIn(schema['minimum'], Number.MIN_SAFE_INTEGER)
    const max = numberIn(schema['maximum'], Number.MAX_SAFE_INTEGER)
    const usual = fc.integer({ min: Math.max(min, Math.min(1, max)), max: Math.min(max, Math.max(min, 100)) })
    return fc.oneof(usual, fc.constantFrom(min, max))
  }

  /** Every second text of a field is one that was seen under its name. */
  #named(made: fc.Arbitrary<string>, schema: Schema, name: string): fc.Arbitrary<string> {
    const { pattern, format } = schema
    if (format !== undefined || (typeof pattern === 'string' && ID_PATTERN.test(pattern))) return made
    const expression = typeof pattern === 'string' ? new RegExp(pattern) : /^/
    const seen = this.#seen.textsOf(name).filter((text) => expression.test(text) && hasLength(schema)(text))
    return seen.length === 0 ? made : fc.oneof(made, fc.constantFrom(...seen))
  }

  #text(schema: Schema): fc.Arbitrary<string> {
    const { format, pattern, description } = schema
    if (format === 'date')
      return fc.oneof(
        fc.constantFrom(...DAYS),
        instantNear.map((instant) => instant.slice(0, 10)),
      )
    if (format === 'date-time') return fc.oneof(fc.constantFrom(...INSTANTS), instantNear)
    if (format === 'email')
      return fc.constantFrom('a@b.example', "O'Hara+x@example.com", `${'a'.repeat(60)}@example.org`)
    if (format === 'uuid') return fc.uuid()
    const [shortest, longest] = lengthsOf(schema)
    const fits = hasLength(schema)
    if (typeof pattern === 'string') {
      const prefix = ID_PATTERN.exec(pattern)?.groups?.['prefix']
      const expression = new RegExp(pattern)
      const known = KNOWN_FORMS.filter((text) => expression.test(text) && fits(text))
      // Where one of the known forms fits, nothing else would be what the field is for, and look-arounds cannot be made.
      const matching = known.length > 0 ? fc.constantFrom(...known) : textMatching(pattern).filter(fits)
      const seen = prefix === undefined ? [] : this.#seen.idsOf(prefix)
      return seen.length === 0
        ? matching
        : fc.oneof({ arbitrary: fc.constantFrom(...seen), weight: 3 }, { arbitrary: matching, weight: 1 })
    }
    if (typeof description === 'string' && /\bHTTPS?\b|address of a page|URL/i.test(description))
      return fc.constantFrom(
        'https://example.com/a?b=c',
        'https://xn--bcher-kva.example/',
        'https://example.com:8443/',
      )
    const texts = TEXTS.filter(fits)
    const long = Math.min(longest, LONGEST)
    return fc.oneof(
      ...(texts.length > 0 ? [fc.constantFrom(...texts)] : []),
      fc
        .string({ unit: 'grapheme', minLength: shortest, maxLength: Math.max(shortest, Math.min(long, 20)) })
        .filter(fits),
      fc.constant('x'.repeat(Math.max(shortest, long))),
    )
  }
}
