import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { labelOf } from './events.ts'
import { answerPdf } from './papers.ts'
import { consentTextOf, declineAgreement, noticeAgreement, proveShown, signAgreement } from './sign.ts'
import { findCurrent, getAgreement, listAgreements } from './store.ts'
import type { AgreementRow } from './store.ts'
import { AGREEMENT_STATES } from './tables.ts'
import {
  AgreementBody,
  AgreementDetailBody,
  AgreementParams,
  describeAgreement,
  Fingerprint,
  Reason,
  toAgreement,
} from './view.ts'

const BASE = '/api/v1/program/agreements'
const read = { permission: 'partner_org.agreements.read' } as const
const sign = { permission: 'partner_org.agreements.sign' } as const

const OwnAgreementBody = AgreementDetailBody.extend({
  shown: z
    .string()
    .nullable()
    .meta({ description: 'Proves that this content was shown to you; sent along to sign an offer.' }),
  consent_text: z.string().meta({ description: 'What whoever signs agrees to, word for word.' }),
})
  .strict()
  .meta({ id: 'OwnAgreementDetail' })

const SignInput = z.strictObject({
  content_sha256: Fingerprint,
  shown: z.string().min(10).max(300).meta({ description: '`shown` of the agreement as it was read.' }),
  typed_name: plainText(2, 200).meta({ description: 'The full name of whoever signs, typed.' }),
  capacity: plainText(1, 100).meta({
    description: 'As what the person signs, for example "Managing director".',
  }),
  confirmed: z.literal(true).meta({ description: 'That the person may sign, and agrees to `consent_text`.' }),
  time_zone: plainText(1, 64).optional(),
  locale: plainText(1, 100).optional(),
})

async function answerOwn(mandate: Mandate<'program'>, services: Services, row: AgreementRow) {
  const detail = await describeAgreement(mandate, row)
  return sentAt(
    {
      ...detail,
      shown: row.state === 'offered' ? proveShown(mandate, services, row) : null,
      consent_text: consentTextOf(mandate.partner.name),
    },
    row.row_version,
  )
}

function noteLook(mandate: Mandate<'program'>, row: AgreementRow): void {
  noteRead(mandate, {
    action: 'program.agreement.read',
    resource: { type: 'agreement', id: row.id, label: labelOf(row) },
  })
}

const listRoute = route({
  method: 'GET',
  path: BASE,
  summary: 'Every version of the own agreements that was ever offered',
  input: {
    query: z.strictObject({ state: commaList(z.enum(AGREEMENT_STATES)).optional(), ...pageQuery }),
  },
  access: { permission: 'partner_org.agreements.history.read' },
  limit: 'detail',
  responses: { 200: z.strictObject(pageOf(AgreementBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listAgreements(mandate, { state: query.state }, query)
    return toPage(
      rows.map((row) => toAgreement(mandate, row)),
      query,
      total,
    )
  },
})

function makeReadRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: `${BASE}/current`,
      summary: 'The agreement that is in force',
      input: {},
      access: read,
      limit: 'detail',
      problems: ['AGREEMENT_NOT_FOUND'],
      // When it was shown is part of the evidence of a signature.
      tellsTime: true,
      responses: { 200: OwnAgreementBody },
      async handle({ mandate }) {
        const row = await findCurrent(mandate)
        if (!row) throw new ProblemError(404, 'AGREEMENT_NOT_FOUND', 'No agreement is in force.')
        noteLook(mandate, row)
        return answerOwn(mandate, services, row)
      },
    }),
    route({
      method: 'GET',
      path: `${BASE}/:agreement_id`,
      summary: 'One agreement with its text, terms, evidence and history',
      input: { params: AgreementParams },
      access: read,
      limit: 'detail',
      problems: ['AGREEMENT_NOT_FOUND'],
      // When it was shown is part of the evidence of a signature.
      tellsTime: true,
      responses: { 200: OwnAgreementBody },
      async handle({ mandate, params }) {
        const row = await getAgreement(mandate, params.agreement_id)
        noteLook(mandate, row)
        return answerOwn(mandate, services, row)
      },
    }),
  ]
}

function makeFileRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: `${BASE}/:agreement_id/pdf`,
    summary: 'The sealed file of an agreement, or before it is signed a copy for reading',
    input: { params: AgreementParams },
    access: read,
    limit: 'detail',
    problems: ['AGREEMENT_NOT_FOUND', 'AGREEMENT_FILE_MISSING'],
    responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
    handle: async ({ mandate, params }) =>
      answerPdf(mandate, services, await getAgreement(mandate, params.agreement_id)),
  })
}

function makeSignRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${BASE}/:agreement_id/sign`,
    summary: 'Sign an offered agreement for the own organisation',
    input: { params: AgreementParams, body: SignInput },
    access: sign,
    limit: 'write',
    problems: [
      'AGREEMENT_NOT_FOUND',
      'AGREEMENT_STATE_CONFLICT',
      'AGREEMENT_EXPIRED',
      'AGREEMENT_CHANGED',
      'AGREEMENT_SIGNER_REQUIRED',
    ],
    responses: { 200: OwnAgreementBody },
    async handle({ mandate, params, body }) {
      const row = await signAgreement(mandate, services, {
        id: params.agreement_id,
        form: {
          contentSha256: body.content_sha256,
          shown: body.shown,
          typedName: body.typed_name,
          capacity: body.capacity,
          locale: body.locale ?? null,
          timeZone: body.time_zone ?? null,
        },
      })
      return answerOwn(mandate, services, row)
    },
  })
}

function makeAnswerRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: `${BASE}/:agreement_id/decline`,
      summary: 'Decline an offered agreement, with the reason',
      input: { params: AgreementParams, body: z.strictObject({ reason: Reason }) },
      access: sign,
      limit: 'write',
      problems: [
        'AGREEMENT_NOT_FOUND',
        'AGREEMENT_STATE_CONFLICT',
        'AGREEMENT_EXPIRED',
        'AGREEMENT_SIGNER_REQUIRED',
      ],
      responses: { 200: OwnAgreementBody },
      async handle({ mandate, params, body }) {
        const row = await declineAgreement(mandate, services, {
          id: params.agreement_id,
          reason: body.reason,
        })
        return answerOwn(mandate, services, row)
      },
    }),
    route({
      method: 'POST',
      path: `${BASE}/:agreement_id/notice`,
      summary: 'Give notice of the agreement in force',
      input: { params: AgreementParams, body: z.strictObject({ reason: Reason }) },
      access: sign,
      limit: 'write',
      problems: ['AGREEMENT_NOT_FOUND', 'AGREEMENT_STATE_CONFLICT'],
      responses: { 200: OwnAgreementBody },
      async handle({ mandate, params, body }) {
        const row = await noticeAgreement(mandate, services, {
          id: params.agreement_id,
          reason: body.reason,
        })
        return answerOwn(mandate, services, row)
      },
    }),
  ]
}

/** The routes by which a partner reads, signs and declines its agreements (D4). */
export function makeProgramRoutes(services: Services): readonly Route[] {
  return [
    listRoute,
    ...makeReadRoutes(services),
    makeFileRoute(services),
    makeSignRoute(services),
    ...makeAnswerRoutes(services),
  ]
}
