import { decodeId, ID_PREFIXES } from '@liaison/access'
import type { IdKind, IdOf } from '@liaison/access'
import { z } from 'zod'
import { ProblemError } from './problem.ts'
import type { FieldFaultBody } from './problem.ts'

/** The schemas of what a route takes. Objects are strict: what is not named is refused. */
export interface Schemas {
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
}

export type Inputs<S extends Schemas> = {
  readonly [K in keyof S]: S[K] extends z.ZodType ? z.output<S[K]> : undefined
}

/** What a public id of this prefix looks like. */
export const idPattern = (prefix: string): string => `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`

/** A kind of record with its article: “an invoice”. */
function nounOf(kind: IdKind): string {
  const noun = kind.replaceAll('_', ' ')
  return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`
}

/** Makes the schema of each meaning once: it takes kilobytes, and hundreds of operations ask for the same. */
function remembered<Given extends readonly (string | number)[], Schema>(make: (...given: Given) => Schema) {
  const made = new Map<string, Schema>()
  return (...given: Given): Schema => {
    const key = given.join(' ')
    const schema = made.get(key) ?? make(...given)
    made.set(key, schema)
    return schema
  }
}

function makePublicId<Kind extends IdKind>(kind: Kind) {
  return z
    .string()
    .max(40)
    .transform((text, context): IdOf<Kind> => {
      const id = decodeId(kind, text)
      if (id !== null) return id
      context.addIssue({
        code: 'custom',
        message: `must be the id of ${nounOf(kind)}`,
        params: { code: 'INVALID_ID' },
      })
      return z.NEVER
    })
    .meta({
      description: `The id of ${nounOf(kind)}.`,
      pattern: idPattern(ID_PREFIXES[kind]),
    })
}

/** An id in its public form, for example `ten_…`; parsed to the UUID it stands for. */
export const publicId = remembered(makePublicId)

/** Documents what a text in an address stands for; the schema says how the text is read. */
const standsFor = (parameter: Readonly<Record<string, unknown>>) => ({ parameter })

/** A comma-separated list of values of one schema, at most 200, without repetition. */
export function commaList<Item extends z.ZodType<unknown, string>>(item: Item, maximum = 200) {
  return z
    .string()
    .min(1)
    .max(10_000)
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(maximum))
    .meta(
      standsFor({
        type: 'array',
        minItems: 1,
        maxItems: maximum,
        items: z.toJSONSchema(item, { io: 'input', reused: 'inline', unrepresentable: 'any' }),
      }),
    )
}

/** A whole number in a query, within bounds. */
export const wholeNumber = remembered((minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^-?\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta(standsFor({ type: 'integer', minimum, maximum })),
)

const NO_YEAR_ZERO = {
  message: 'must lie in the years 0001 to 9999',
  params: { code: 'OUT_OF_RANGE' },
  abort: true,
}
const hasYear = (text: string): boolean => !text.startsWith('0000')

/** A calendar day, `YYYY-MM-DD`, of the years 0001 to 9999: the calendar of the database has no year 0. */
export const calendarDay = remembered(() => z.iso.date({ abort: true }).refine(hasYear, NO_YEAR_ZERO))

/** A calendar month, `YYYY-MM`, of the same years. */
export const calendarMonth = remembered(() =>
  z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, { message: 'must be a month such as 2026-11', abort: true })
    .refine(hasYear, NO_YEAR_ZERO),
)

/** The first instant that can be told: what the database and every answer can tell has four digits of a year, whatever the offset. */
export const FIRST_INSTANT = new Date('0001-01-01T00:00:00.000Z')
/** The last instant that can be told. */
export const LAST_INSTANT = new Date('9999-12-31T23:59:59.999Z')

/** The text of an instant with its offset (RFC 3339), of the years 0001 to 9999 in UTC. What comes after it is asked of instants only. */
export const instantText = remembered(() =>
  z.iso.datetime({ offset: true, abort: true }).refine(
    (text) => {
      const ms = Date.parse(text)
      return ms >= FIRST_INSTANT.getTime() && ms <= LAST_INSTANT.getTime()
    },
    { message: 'must lie in the years 0001 to 9999 (UTC)', params: { code: 'OUT_OF_RANGE' }, abort: true },
  ),
)

/** An instant with its offset, parsed. */
export const instant = remembered(() => instantText().transform((text) => new Date(text)))

/** A calendar day or the text of an instant: where a question to a log may name either. */
export const dayOrInstant = remembered(() => z.union([calendarDay(), instantText()]))

/** `true` or `false` in a query. */
export const truth = remembered(() =>
  z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta(standsFor({ type: 'boolean' })),
)

/** Text of a person's search; control characters are refused because PostgreSQL cannot hold them. */
export const searchText = () => plainText(1, 100)

// NUL cannot be stored; the others have no place in a single line that people read.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** Text without control characters, of a length counted in characters. Line breaks and tabs are kept. */
export const plainText = remembered((minimum: number, maximum: number) =>
  z
    .string()
    .max(maximum)
    .refine((text) => !CONTROL.test(text), {
      message: 'must not contain control characters',
      params: { code: 'CONTROL_CHARACTER' },
    })
    .refine((text) => text.isWellFormed(), {
      message: 'must be well-formed Unicode',
      params: { code: 'MALFORMED_TEXT' },
    })
    .refine((text) => text.trim().length >= minimum, {
      message: `must have at least ${minimum} character${minimum === 1 ? '' : 's'}`,
      params: { code: 'TOO_SHORT' },
    }),
)

function pointerOf(place: string, path: readonly PropertyKey[]): string {
  const escaped = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
  return `/${[place, ...escaped].join('/')}`
}

function codeOf(issue: z.core.$ZodIssue): string {
  const given: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined
  return typeof given === 'string' ? given : issue.code.toUpperCase()
}

function toFaults(place: string, issue: z.core.$ZodIssue): FieldFaultBody[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf(place, [...issue.path, key]),
      code: 'UNKNOWN_FIELD',
      detail: 'This field is not known here.',
    }))
  }
  return [{ pointer: pointerOf(place, issue.path), code: codeOf(issue), detail: issue.message }]
}

// Made once: building a schema costs more than using it.
const NOTHING = z.strictObject({})
const NO_BODY = z.strictObject({}).optional()

/** Checks one part of the input; the faults are told all at once with those of the other parts. */
function parsePart(
  place: string,
  schema: z.ZodType | undefined,
  value: unknown,
): { value: unknown; faults: FieldFaultBody[] } {
  const parsed = (schema ?? NO_BODY).safeParse(value ?? undefined)
  if (parsed.success) return { value: parsed.data, faults: [] }
  return { value: undefined, faults: parsed.error.issues.flatMap((issue) => toFaults(place, issue)) }
}

/** What a schema knows of the parameters of an address; without a schema nothing. */
export function keepKnown(schema: z.ZodType | undefined, query: unknown): Readonly<Record<string, unknown>> {
  const { error } = (schema ?? NOTHING).safeParse(query)
  const unknown = error?.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  )
  return Object.fromEntries(Object.entries(query ?? {}).filter(([name]) => !unknown?.includes(name)))
}

/** What a request brought, as it came. */
interface Brought {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/**
 * Parses everything a request brought. Throws one VALIDATION_ERROR that names every fault. Of the address of a page
 * (`isPage`) parameters that are not known are passed over: networks, campaigns and mail programs append theirs to links.
 */
export function parseInputs(schemas: Schemas, raw: Brought, isPage = false): Inputs<Schemas> {
  const params = parsePart('params', schemas.params, schemas.params ? raw.params : undefined)
  const asked = isPage ? keepKnown(schemas.query, raw.query) : (raw.query ?? {})
  const query = parsePart('query', schemas.query ?? NOTHING, asked)
  const body = parsePart('body', schemas.body, raw.body)
  const errors = [...params.faults, ...query.faults, ...body.faults]
  if (errors.length > 0) {
    const many = errors.length === 1 ? 'One part' : `${errors.length} parts`
    throw new ProblemError(
      422,
      'VALIDATION_ERROR',
      `${many} of the input cannot be taken; nothing was changed.`,
      { errors },
    )
  }
  // Each part was parsed by the very schema that its type comes from.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { params: params.value, query: query.value, body: body.value } as Inputs<Schemas>
}
