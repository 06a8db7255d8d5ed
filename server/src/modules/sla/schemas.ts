import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import type { PolicyVersion } from './store.ts'
import { PRIORITIES, Terms, TermsShown } from './terms.ts'
import type { TermsValues } from './terms.ts'

const Author = {
  note: z.string(),
  created_by_name: z.string(),
  created_by_partner_name: z.string().nullable(),
  created_at: z.string(),
}

/** One version of a policy. */
export const PolicyVersionShown = z
  .strictObject({ version: z.int(), ...Author, terms: TermsShown })
  .meta({ id: 'SlaPolicyVersion' })

/** A line of versions: what holds now, and what held before. Version 0: nobody has agreed anything yet. */
export const PolicyShown = z
  .strictObject({
    kind: z.enum(['default', 'link', 'floor']),
    link_id: z.string().nullable(),
    version: z.int(),
    terms: TermsShown.meta({
      description: 'As written; with version 0 what holds where nothing was agreed.',
    }),
    effective_terms: TermsShown.meta({
      description: 'As it holds now for new tickets, when a floor in force asks for more.',
    }),
    floor_terms: TermsShown.nullable(),
    may_write: z.boolean(),
    versions: z.array(PolicyVersionShown),
  })
  .meta({ id: 'SlaPolicy' })

/** The newest version of every policy of a tenant that the caller may read. */
export const PolicyList = z
  .strictObject({
    items: z.array(
      z.strictObject({
        kind: z.enum(['default', 'link', 'floor']),
        link_id: z.string().nullable(),
        version: z.int(),
        ...Author,
        terms: TermsShown,
      }),
    ),
  })
  .meta({ id: 'SlaPolicyList' })

/** A new version. */
export const PolicyInput = z
  .strictObject({
    terms: Terms,
    note: plainText(3, 500).meta({ description: 'Why it changes; kept with the version.' }),
  })
  .meta({ id: 'SlaPolicyInput' })

/** A ticket to be reckoned with, under terms that need not be saved. */
export const PreviewInput = z
  .strictObject({
    terms: Terms,
    tickets: z
      .array(z.strictObject({ priority: z.enum(PRIORITIES), opened_at: z.iso.datetime({ offset: true }) }))
      .min(1)
      .max(20),
  })
  .meta({ id: 'SlaPreviewInput' })

/** When the promises of tickets end that never wait. */
export const PreviewShown = z
  .strictObject({
    items: z.array(
      z.strictObject({
        priority: z.enum(PRIORITIES),
        opened_at: z.string(),
        first_response_due_at: z.string(),
        resolution_due_at: z.string(),
      }),
    ),
  })
  .meta({ id: 'SlaPreview' })

/** Terms with people in the public form of their ids. */
export function toTermsShown(terms: TermsValues): z.input<typeof TermsShown> {
  return {
    ...terms,
    escalate_to: terms.escalate_to.map((step) => ({
      ...step,
      person_id: publicIdOf('person', step.person_id),
    })),
  }
}

export function toVersionShown(row: PolicyVersion): z.input<typeof PolicyVersionShown> {
  return {
    version: row.version,
    note: row.note,
    created_by_name: row.created_by_name,
    created_by_partner_name: row.created_by_partner_name,
    created_at: row.created_at.toISOString(),
    terms: toTermsShown(row.terms),
  }
}

export const linkIdOf = (uuid: string | null): string | null =>
  uuid === null ? null : publicIdOf('link', uuid)
