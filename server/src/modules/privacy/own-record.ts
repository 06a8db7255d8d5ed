import { z } from 'zod'
import { noteRead, runStatements } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route, sent } from '#platform/route.ts'
import { PersonRecord } from './record.ts'

/**
 * Everybody's own record, as a file (GDPR Art. 15 and 20), with an event of its own: whoever took over a session would fetch
 * it, too. Answers 401 to whoever is not signed in.
 */
export const ownRecordRoute = route({
  method: 'GET',
  path: '/api/v1/me/record',
  summary: 'What is kept of the signed-in person, as a file',
  input: { query: z.strictObject({}) },
  access: { identity: 'Everybody may have what is kept of the own person.' },
  limit: 'page',
  problems: ['UNAUTHORIZED'],
  responses: { 200: PersonRecord },
  async handle({ mandate }) {
    if (!mandate.session) throw new ProblemError(401, 'UNAUTHORIZED', 'Nobody is signed in.')
    const [result] = await runStatements(mandate, [
      { text: 'select access.own_record() as record', values: [] },
    ])
    const record = PersonRecord.parse(result?.rows[0]?.['record'])
    const { id, name } = record.person
    noteRead(mandate, {
      action: 'identity.record.export',
      resource: { type: 'person', id, label: name },
      rowCount: 1,
    })
    return sent(record, {
      'Content-Disposition': 'attachment; filename="what-is-kept-of-me.json"',
    })
  },
})
