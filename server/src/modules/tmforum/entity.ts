import { z } from 'zod'
import { pageQuery } from '#platform/list.ts'
import { commaList } from '#platform/route-input.ts'
import { sent } from '#platform/route.ts'
import type { Sent } from '#platform/route.ts'

/** An organisation that a record refers to: a tenant (`ten_…`) or a partner (`par_…`). */
export const PartyRef = z
  .strictObject({
    id: z.string(),
    name: z.string().optional(),
    '@type': z.literal('PartyRef'),
    '@referredType': z.literal('Organization'),
  })
  .meta({ id: 'TmfPartyRef' })

/** An organisation, named where its name may be told. */
export const toParty = (id: string, name: string | null): z.input<typeof PartyRef> => ({
  id,
  ...(name !== null && { name }),
  '@type': 'PartyRef',
  '@referredType': 'Organization',
})

export const TimePeriod = z
  .strictObject({ startDateTime: z.string(), endDateTime: z.string().optional() })
  .meta({ id: 'TmfTimePeriod' })

/** From when until when something holds; the end is left out where there is none. What ended before it began held at no time. */
export const toPeriod = (start: Date, end: Date | null): z.input<typeof TimePeriod> => ({
  startDateTime: (end && end < start ? end : start).toISOString(),
  ...(end && { endDateTime: end.toISOString() }),
})

/** What is answered whatever is asked for; naming it changes nothing. */
const IDENTIFYING = ['id', 'href', '@type'] as const

/** The query of one entity: which of its first-level attributes are asked for. */
export function fieldsQuery<Field extends string>(fields: readonly [Field, ...Field[]]) {
  return {
    fields: commaList(z.enum([...IDENTIFYING, ...fields]))
      .optional()
      .meta({
        description: 'The attributes that are wanted, beside `id`, `href` and `@type`; all without it.',
      }),
  }
}

/** The query of a list of entities. */
export const listQuery = <Field extends string>(fields: readonly [Field, ...Field[]]) => ({
  ...fieldsQuery(fields),
  ...pageQuery,
})

interface Identified {
  readonly id: string
  readonly href: string
  readonly '@type': string
}

/** The entity with the attributes that are asked for, and always with what identifies it (TMF630 part 1, attribute selection). */
export function selectFields<Entity extends Identified>(
  entity: Entity,
  fields: readonly string[] | undefined,
): Pick<Entity, keyof Identified> & Partial<Entity> {
  const { id, href, '@type': type } = entity
  const chosen: Partial<Entity> = { ...entity }
  for (const name in chosen) if (fields && !fields.includes(name)) delete chosen[name]
  return { ...chosen, id, href, '@type': type }
}

/** A list as the TM Forum answers it: a plain array, with how many there are in header fields (TMF630 part 1, pagination). */
export const sentList = <Entity>(entities: Entity[], total: number): Sent<Entity[]> =>
  sent(entities, { 'X-Total-Count': String(total), 'X-Result-Count': String(entities.length) })
