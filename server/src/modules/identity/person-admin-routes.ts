import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteFactorsReset } from './events.ts'
import { mailFactorsReset } from './mails.ts'
import { findKnownPerson, findPersons, resetFactors } from './person-admin-store.ts'

const PersonBody = z
  .strictObject({
    person_id: z.string(),
    name: z.string(),
    email: z.string(),
    status: z.enum(['active', 'inactive']),
    has_second_factor: z.boolean(),
    places: z
      .array(z.string())
      .meta({ description: 'The organisations that the person works in, by name; at most 20.' }),
  })
  .meta({ id: 'KnownPerson' })

const listPersons = route({
  method: 'GET',
  path: '/api/v1/admin/persons',
  summary: 'Find persons by name or address',
  input: { query: z.strictObject({ search: plainText(2, 100), ...pageQuery }) },
  access: { permission: 'platform.explain.use' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(PersonBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await findPersons(mandate, query.search, query)
    noteRead(mandate, { action: 'platform.persons.read', rowCount: rows.length })
    const items = rows.map((row) => ({
      person_id: publicIdOf('person', row.id),
      name: row.name,
      email: row.email,
      status: row.status,
      has_second_factor: row.hasFactor,
      places: [...row.places],
    }))
    return toPage(items, query, total)
  },
})

const ResetBody = z.strictObject({
  person_id: z.string(),
  authenticator_apps: z.int(),
  passkeys: z.int(),
  recovery_codes: z.int().meta({ description: 'How many unused ones stopped working.' }),
  sessions_ended: z.int(),
})

/**
 * Second factors are taken away by the provider's people alone: a person may work for several organisations, and none of
 * them may weaken the sign-in to the others.
 */
const resetRoute = route({
  method: 'POST',
  path: '/api/v1/admin/persons/:person_id/factors/reset',
  summary: 'Remove the second factors of a person who lost them, and end all their sign-ins',
  input: {
    params: z.strictObject({ person_id: publicId('person') }),
    body: z.strictObject({
      reason: plainText(10, 500).meta({ description: 'How it was made sure that it is this person.' }),
    }),
  },
  access: { permission: 'platform.persons.manage' },
  limit: 'write',
  problems: ['PERSON_UNKNOWN', 'OWN_FACTORS', 'NO_SECOND_FACTOR'],
  responses: { 200: ResetBody },
  async handle({ mandate, params, body }) {
    const id = params.person_id
    if (id === mandate.actor.id)
      throw new ProblemError(
        409,
        'OWN_FACTORS',
        'Your own second factors are looked after on your account page.',
      )
    const person = await findKnownPerson(mandate, id)
    if (!person) throw new ProblemError(404, 'PERSON_UNKNOWN', 'No person has this id.')
    if (!person.hasFactor)
      throw new ProblemError(409, 'NO_SECOND_FACTOR', 'This person has no second factor to remove.')
    const removed = await resetFactors(mandate, id)
    noteFactorsReset(mandate, person, { ...removed, reason: body.reason })
    await mailFactorsReset(mandate, person)
    return {
      person_id: encodeId('person', id),
      authenticator_apps: removed.apps,
      passkeys: removed.passkeys,
      recovery_codes: removed.codes,
      sessions_ended: removed.sessions,
    }
  },
})

/** Persons as the provider's people look after them. */
export const personAdminRoutes: readonly Route[] = [listPersons, resetRoute]
