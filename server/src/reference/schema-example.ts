import { isRecord, listAt, recordAt, textAt } from './document.ts'
import type { Json, Reference } from './document.ts'
import { withoutNull } from './schema-words.ts'

type Resolve = Reference['resolve']

/** The part of an id after its prefix, as it is made on 21 November 2026. */
const ID_TAIL = '01kaj2n5w8f1a9s7d3k6h4m2qv'

/** Texts that name something, by the field that they stand in; the first whose form fits is taken. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/email|mail/, 'dana@acmefiber.example'],
  [/url|uri|link|origin|website|address$/, 'https://northwind.example'],
  [/currency/, 'EUR'],
  [/country/, 'DE'],
  [/month|period/, '2026-11'],
  [/slug/, 'northwind'],
  [/subject/, 'No signal in Denver'],
  [/description|note|comment|reason|why|text|body|message/, 'The line has been down since 08:00.'],
  [/name|label|title/, 'Northwind MSP'],
  [/permission/, 'partner.billing.invoices.read'],
  [/ban$|account/, '4-117-203'],
  [/phone/, '+1 303 555 0142'],
  [/cursor/, 'eyJrIjoi'],
  [/colou?r|ink|fill/, '#1f52b8'],
  [/zone/, 'Europe/Berlin'],
  [/cidr|network/, '203.0.113.0/24'],
]

/** What else may fit a pattern, from the most to the least telling. */
const CANDIDATES: readonly string[] = [
  'Acme Fiber',
  'northwind',
  'EUR',
  'DE',
  'en',
  '2026-11',
  '2026',
  '08:00',
  '4-117-203',
  'partner.billing.invoices.read',
  'billing',
  '#1f52b8',
  '203.0.113.0/24',
  'https://northwind.example',
  'https://northwind.example/callback',
  'dana@acmefiber.example',
  '"v3"',
  '3',
  '123456',
  '1000.00',
  '0.15',
  '9f'.repeat(32),
  '9f'.repeat(16),
  'A'.repeat(43),
  'A'.repeat(64),
  'Europe/Berlin',
  'P30D',
  '/orders/{order_id}',
  '/orders',
  'GET',
  'INV-498',
]

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-11-21T14:05:00Z',
  date: '2026-11-21',
  email: 'dana@acmefiber.example',
  uri: 'https://northwind.example',
  uuid: '019ab3f2-7d10-7c4e-9a55-3f0f6f2f9c11',
  ipv4: '203.0.113.7',
  ipv6: '2001:db8::7',
}

function fits(text: string, schema: Json): boolean {
  const pattern = textAt(schema, 'pattern')
  const [least, most] = [schema['minLength'], schema['maxLength']]
  return (
    (pattern === undefined || new RegExp(pattern, 'u').test(text)) &&
    text.length >= (typeof least === 'number' ? least : 0) &&
    text.length <= (typeof most === 'number' ? most : Infinity)
  )
}

function exampleText(schema: Json, name: string): string {
  const format = FORMATS[textAt(schema, 'format') ?? '']
  if (format !== undefined) return format
  if (textAt(schema, 'contentEncoding') === 'base64') return 'iVBORw0KGgo='
  const prefix = /^\^(?:\(\?:)?([a-z]+)[|a-z]*\)?_\[0-7\]/.exec(textAt(schema, 'pattern') ?? '')?.[1]
  if (prefix !== undefined) return `${prefix}_${ID_TAIL}`
  const named = BY_NAME.filter(([names]) => names.test(name)).map(([, text]) => text)
  const found = [...named, ...CANDIDATES].find((text) => fits(text, schema))
  if (found !== undefined) return found
  const least = schema['minLength']
  return 'A note for whoever reads this later. '
    .repeat(9)
    .slice(0, typeof least === 'number' ? Math.max(least, 12) : 12)
}

function exampleNumber(schema: Json, name: string): number {
  const [least, most] = [schema['minimum'], schema['maximum']]
  const wanted = /minor/.test(name) ? 125_000 : /limit/.test(name) ? 25 : 3
  return Math.min(
    Math.max(wanted, typeof least === 'number' ? least : wanted),
    typeof most === 'number' ? most : wanted,
  )
}

function exampleList(schema: Json, name: string, resolve: Resolve): unknown[] {
  const least = schema['minItems']
  const item = exampleOf(resolve(schema['items']), name.replace(/s$/, ''), resolve)
  return Array.from({ length: typeof least === 'number' ? Math.max(1, least) : 1 }, () => item)
}

function exampleObject(schema: Json, resolve: Resolve): Record<string, unknown> {
  const made = Object.fromEntries(
    Object.entries(recordAt(schema, 'properties')).map(([name, property]) => [
      name,
      exampleOf(resolve(property), name, resolve),
    ]),
  )
  const { additionalProperties } = schema
  if (Object.keys(made).length > 0 || !isRecord(additionalProperties)) return made
  return Object.fromEntries(
    namesOf(recordAt(schema, 'propertyNames')).map((name) => [
      name,
      exampleOf(resolve(additionalProperties), name, resolve),
    ]),
  )
}

/** Names that an object of free names may have: every one where they are listed, since it may ask for all. */
function namesOf(form: Json): readonly string[] {
  const listed = listAt(form, 'enum').map(String)
  return listed.length > 0 ? listed : [exampleText(form, 'currency')]
}

/** A value of a schema as it could stand in a message, with believable names; always one that the schema allows. */
export function exampleOf(schema: Json, name: string, resolve: Resolve): unknown {
  const [form = {}] = withoutNull(schema, resolve).forms
  if ('const' in form) return form['const']
  const values = listAt(form, 'enum')
  if (values.length > 0) return values[0]
  const { type } = form
  const types = Array.isArray(type) ? type : [type]
  if (types.includes('string')) return exampleText(form, name)
  if (types.includes('integer') || types.includes('number')) return exampleNumber(form, name)
  if (types.includes('boolean')) return true
  if (types.includes('array')) return exampleList(form, name, resolve)
  if (types.includes('object')) return exampleObject(form, resolve)
  return types.includes('null') ? null : {}
}

/** An example of what is sent: without what need not be, unless nothing need be. */
export function exampleToSend(schema: Json, resolve: Resolve): unknown {
  const [form = {}] = withoutNull(schema, resolve).forms
  const required = new Set(listAt(form, 'required'))
  const properties = Object.entries(recordAt(form, 'properties'))
  const kept = properties.filter(([property]) => required.has(property))
  if (kept.length === 0) return exampleOf(schema, '', resolve)
  return exampleOf({ ...form, properties: Object.fromEntries(kept) }, '', resolve)
}
