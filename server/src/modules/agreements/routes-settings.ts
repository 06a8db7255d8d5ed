import { z } from 'zod'
import { askSecondPerson, readWaiting, SecondPersonBody } from '#modules/approvals/index.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { PLACEHOLDERS } from './rules.ts'
import { getProgram, setFourEyes } from './store.ts'
import { FOUR_EYES } from './tables.ts'
import type { FourEyes } from './tables.ts'
import { AgreementTerms } from './terms.ts'
import { Reason } from './view.ts'

const PATH = '/api/v1/admin/program'

const ProgramBody = z
  .strictObject({
    code: z.string(),
    name: z.string(),
    timezone: z.string(),
    four_eyes: z.enum(FOUR_EYES),
    four_eyes_asked: SecondPersonBody.nullable().meta({
      description: 'A setting with fewer people that waits for a second person.',
    }),
    defaults: AgreementTerms,
    placeholders: z.array(z.string()),
  })
  .meta({ id: 'PartnerProgram' })

async function answerProgram(mandate: Mandate<'platform'>): Promise<z.input<typeof ProgramBody>> {
  const { code, name, timezone, four_eyes: fourEyes, defaults } = await getProgram(mandate)
  return {
    code,
    name,
    timezone,
    four_eyes: fourEyes,
    four_eyes_asked: await readWaiting(mandate, 'agreement_care'),
    defaults: AgreementTerms.parse(defaults),
    placeholders: Array.from(PLACEHOLDERS),
  }
}

interface CareChange {
  readonly before: FourEyes
  readonly four_eyes: FourEyes
  readonly reason: string
}

const changedSince = () =>
  new ProblemError(412, 'PRECONDITION_FAILED', 'The setting changed after it was read.')

/** From nobody to both steps. */
const isLowered = ({ before, four_eyes: after }: CareChange) =>
  FOUR_EYES.indexOf(after) < FOUR_EYES.indexOf(before)

/** What asks fewer people than before takes two people itself; it holds once another admin confirms it. */
async function askForLess(mandate: Mandate<'platform'>, change: CareChange & { readonly origin: string }) {
  const { before, four_eyes: after, reason, origin } = change
  if ((await getProgram(mandate)).four_eyes !== before) throw changedSince()
  await askSecondPerson(mandate, {
    kind: 'agreement_care',
    partnerId: null,
    proposed: { before, four_eyes: after },
    reason,
    origin,
  })
  return answerProgram(mandate)
}

/** What holds for the whole program: its default terms, and what two people do about agreements (D4). */
export const makeSettingRoutes = (services: Services): readonly Route[] => [
  route({
    method: 'GET',
    path: PATH,
    summary: 'The partner program: its default terms, and what two people do',
    input: {},
    access: { permission: 'platform.agreements.read' },
    limit: 'detail',
    responses: { 200: ProgramBody },
    handle: ({ mandate }) => answerProgram(mandate),
  }),
  route({
    method: 'PUT',
    path: PATH,
    summary:
      'Say what whoever drafted an agreement leaves to a second person; less than before waits for one',
    input: {
      body: z.strictObject({
        before: z.enum(FOUR_EYES).meta({ description: 'What you read; refused when it changed since.' }),
        four_eyes: z.enum(FOUR_EYES),
        reason: Reason,
      }),
    },
    access: { permission: 'platform.agreements.approve' },
    limit: 'write',
    problems: ['PRECONDITION_FAILED', 'SECOND_PERSON_WAITING'],
    responses: { 200: ProgramBody },
    async handle({ mandate, body }) {
      if (isLowered(body)) return askForLess(mandate, { ...body, origin: services.publicOrigin() })
      if (!(await setFourEyes(mandate, body.before, body.four_eyes))) throw changedSince()
      recordEvent(mandate, {
        action: 'program.four_eyes.changed',
        reason: body.reason,
        changes: { four_eyes: { before: body.before, after: body.four_eyes } },
      })
      return answerProgram(mandate)
    },
  }),
]
