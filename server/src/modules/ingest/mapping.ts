import { z } from 'zod'
import type { HeaderCheck, NamedRow } from './reader.ts'
import { KINDS } from './schemas.ts'
import { applyTransforms, Transform, TransformError } from './transforms.ts'

const Field = z.union([
  z
    .string()
    .min(1)
    .transform((column) => ({ column, transforms: ['trim' as const] })),
  z.strictObject({ column: z.string().min(1), transforms: z.array(Transform).max(10).default(['trim']) }),
  z.strictObject({ constant: z.json() }),
])

/** How the columns of a file become the fields of our records: what `--mapping FILE.json` holds. */
export const Mapping = z.strictObject({
  kind: z.enum(KINDS),
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, hyphens and underscores'),
  delimiter: z.string().min(1).max(3).default(','),
  quote: z.string().length(1).nullable().default('"'),
  encoding: z.enum(['utf-8', 'utf-16le', 'windows-1252', 'iso-8859-1']).default('utf-8'),
  ignore: z.union([z.literal('others'), z.array(z.string())]).default([]),
  fields: z.record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)?$/, 'must be a field, or a field and a key within it'),
    Field,
  ),
})

export type MappingBody = z.output<typeof Mapping>

/** Reads a mapping. Throws one error that names every fault of it. */
export function parseMapping(text: string, name: string): MappingBody {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new Error(`The mapping ${name} is not JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    })
  }
  const parsed = Mapping.safeParse(raw)
  if (parsed.success) return parsed.data
  throw new Error(`The mapping ${name} cannot be used:\n${z.prettifyError(parsed.error)}`)
}

/** Finds columns that the mapping wants and the file lacks, and columns that the mapping does not speak of. */
export function checkHeader(mapping: MappingBody): HeaderCheck {
  const wanted = new Set(
    Object.values(mapping.fields).flatMap((field) => ('column' in field ? [field.column] : [])),
  )
  return (columns) => {
    const missing = [...wanted].filter((column) => !columns.includes(column))
    const known = new Set([...wanted, ...(mapping.ignore === 'others' ? columns : mapping.ignore)])
    const unknown = columns.filter((column) => !known.has(column))
    return [
      ...missing.map((column) => `the column "${column}" is missing`),
      ...unknown.map((column) => `the column "${column}" is unknown; map it, or list it under "ignore"`),
    ]
  }
}

/** One thing that a row's text does not allow. */
export interface MappingFault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

function put(item: Record<string, unknown>, path: string, value: unknown): void {
  const [field = '', key] = path.split('.')
  if (key === undefined) {
    item[field] = value
    return
  }
  const inner: unknown = item[field]
  item[field] = { ...(typeof inner === 'object' ? inner : {}), [key]: value }
}

/** The record that a row stands for; fields that are empty are left out. */
export function mapRow(
  mapping: MappingBody,
  row: NamedRow,
): { item: Record<string, unknown>; faults: MappingFault[] } {
  const item: Record<string, unknown> = {}
  const faults: MappingFault[] = []
  for (const [path, field] of Object.entries(mapping.fields)) {
    try {
      const value =
        'column' in field
          ? applyTransforms(row.columns[field.column] ?? '', field.transforms)
          : field.constant
      if (value !== undefined) put(item, path, value)
    } catch (error) {
      if (!(error instanceof TransformError)) throw error
      faults.push({
        pointer: `/${path.replace('.', '/')}`,
        code: 'NOT_READABLE',
        detail: `${'column' in field ? `Column ${field.column}: ` : ''}${error.message}.`,
      })
    }
  }
  return { item, faults }
}
