import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { LinkMandate } from './store.ts'

const Hindrance = z.enum(['not_in_force', 'person_inactive', 'assignment_ended', 'frozen', 'no_factor'])

const Checked = z.object({
  person_id: z.string(),
  person_name: z.string(),
  opens: z.boolean(),
  hindrance: Hindrance.nullable(),
})

/** Whether one assigned person gets into the tenant now. */
export type CheckedPerson = z.output<typeof Checked>

/** Looks for each assigned person through the view that row policies read, so the answer is the one that a call would get. */
export async function checkLink(mandate: LinkMandate, linkId: string): Promise<CheckedPerson[]> {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.check_link($1)', values: [linkId] },
  ])
  return z.array(Checked).parse(result?.rows ?? [])
}

const WHY: Readonly<Record<z.output<typeof Hindrance>, string>> = {
  not_in_force: 'the access is not in force now',
  person_inactive: 'the person is not an active member of the partner',
  assignment_ended: 'the assignment of the person has ended',
  frozen: 'the person, the role or a freeze leaves nothing to open',
  no_factor: 'the person has no second sign-in step yet',
}

/** One line of the report, such as "Ana Ruiz can open Acme" or why not. */
export function sentenceOfCheck(person: CheckedPerson, tenant: string): string {
  if (person.opens) return `${person.person_name} can open ${tenant}.`
  const why = person.hindrance === null ? 'something is in the way' : WHY[person.hindrance]
  return `${person.person_name} cannot open ${tenant}: ${why}.`
}

/** What keeps everybody out, in words; null when somebody gets in. */
export function whyNobody(people: readonly CheckedPerson[]): string | null {
  if (people.length === 0) return 'nobody is assigned'
  if (people.some((person) => person.opens)) return null
  const reasons = people.map(({ person_name: name, hindrance }) =>
    hindrance === null ? name : `${name}: ${WHY[hindrance]}`,
  )
  return reasons.slice(0, 5).join('; ')
}
