import { z } from 'zod'
import { registerPartner, slugOf } from '#modules/partners/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText, searchText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { addKey, addMessage, listMessages } from './apply-store.ts'
import { checkApplication } from './checks.ts'
import type { Check } from './checks.ts'
import { noteReview } from './events.ts'
import { mailApproved, mailDeclined, mailQuestion } from './mails.ts'
import type { Registers } from './registers.ts'
import {
  decideApplication,
  findLookalikes,
  getApplication,
  listApplications,
  takeApplication,
} from './review-store.ts'
import type { ApplicationRow } from './review-store.ts'
import { ApplicationBody, ApplicationDetail, toBody, toDetail } from './review-view.ts'
import { APPLIED_KINDS, DECLINE_REASONS, SENT_STATUSES } from './tables.ts'
import { instantDayWords } from './words.ts'

type Review = Mandate<'platform'>

/** So much of a reason stands in the log, in letters. */
const REASON_LENGTH = 500

/** What the review needs besides its mandate. */
export interface ReviewSurroundings {
  readonly services: Services
  readonly registers: Registers
}

const ReferenceParams = z.strictObject({
  reference: z
    .string()
    .max(20)
    .meta({ description: 'The reference of the application, for example PA-7Q4KX2M9.' }),
})

async function checksOf(
  { registers }: ReviewSurroundings,
  mandate: Review,
  row: ApplicationRow,
): Promise<readonly Check[]> {
  if (row.decision_checks !== null) return row.decision_checks
  const application = { answers: row.answers, contactEmail: row.contact_email }
  return checkApplication(registers, application, await findLookalikes(mandate, row))
}

async function show(surroundings: ReviewSurroundings, mandate: Review, reference: string) {
  const row = await getApplication(mandate, reference)
  const checks = await checksOf(surroundings, mandate, row)
  const body = toDetail(row, checks, await listMessages(mandate, row.id))
  return sentAt(body, row.version)
}

const applicantOf = (row: ApplicationRow) => ({
  email: row.contact_email,
  name: row.answers['contact_name'],
  organisation: row.organisation ?? '',
  reference: row.reference,
})

function makeReadRoutes(surroundings: ReviewSurroundings): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/admin/partner-applications',
      summary: 'Who applied to become a partner',
      input: {
        query: z.strictObject({
          status: commaList(z.enum(SENT_STATUSES)).optional(),
          kind: commaList(z.enum(APPLIED_KINDS)).optional(),
          search: searchText().optional(),
          ...pageQuery,
        }),
      },
      access: { permission: 'platform.applications.read' },
      limit: 'list',
      responses: { 200: z.strictObject(pageOf(ApplicationBody)) },
      async handle({ mandate, query }) {
        const { rows, total } = await listApplications(mandate, query, query)
        return toPage(rows.map(toBody), query, total)
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/admin/partner-applications/:reference',
      summary: 'One application: its answers beside the checks',
      input: { params: ReferenceParams },
      access: { permission: 'platform.applications.read' },
      limit: 'detail',
      problems: ['APPLICATION_NOT_FOUND'],
      responses: { 200: ApplicationDetail },
      async handle({ mandate, params }) {
        const row = await getApplication(mandate, params.reference)
        noteRead(mandate, {
          action: 'platform.applications.read',
          resource: { type: 'partner_application', id: row.id, label: row.reference },
        })
        return show(surroundings, mandate, params.reference)
      },
    }),
  ]
}

/** The entry that an application becomes. */
function toEntry(row: ApplicationRow) {
  const { answers, kind } = row
  if (kind === null) throw new Error('An application that was sent names its kind.')
  const name = row.organisation ?? ''
  const slug = slugOf(name)
  return {
    name,
    kinds: [kind],
    slugs: [slug, `${slug}-${row.reference.slice(3).toLowerCase()}`],
    legal_name: name,
    country: answers['country'] ?? null,
    registration_no: answers['registration_no'] ?? null,
    contact_email: row.contact_email,
    website: answers['website'] ?? null,
    ownerEmail: row.contact_email,
  }
}

function makeApproveRoute(surroundings: ReviewSurroundings): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partner-applications/:reference/approve',
    summary: 'Make the applicant a partner and invite its first owner',
    input: {
      params: ReferenceParams,
      body: z
        .strictObject({
          despite_checks: plainText(10, 500)
            .optional()
            .meta({ description: 'Why it is approved although a check failed; needed when one did.' }),
        })
        .optional(),
    },
    access: { permission: 'platform.applications.decide' },
    limit: 'write',
    ifMatch: true,
    problems: [
      'APPLICATION_NOT_FOUND',
      'APPLICATION_DECIDED',
      'APPLICATION_STATE_CONFLICT',
      'APPLICATION_CHECKS_FAILED',
    ],
    responses: { 200: ApplicationDetail },
    async handle({ mandate, params, body, expectedVersion }) {
      const read = { reference: params.reference, version: expectedVersion }
      const row = await takeApplication(mandate, read, ['submitted'])
      const checks = await checksOf(surroundings, mandate, row)
      const failed = checks.filter(({ result }) => result === 'failed')
      const despite = body?.despite_checks ?? null
      if (failed.length > 0 && despite === null)
        throw new ProblemError(409, 'APPLICATION_CHECKS_FAILED', failed.map(({ detail }) => detail).join(' '))
      const entry = toEntry(row)
      const partnerId = await registerPartner(surroundings.services, mandate, entry)
      if (partnerId === null)
        throw new Error('The reference of an application is the code of another partner.')
      await decideApplication(mandate, row.id, { status: 'approved', partnerId, checks, despite })
      noteReview(mandate, row, {
        name: 'approve',
        partner: { id: partnerId, name: entry.name },
        ...(despite !== null && { reason: despite }),
      })
      await mailApproved(mandate, applicantOf(row))
      return show(surroundings, mandate, params.reference)
    },
  })
}

function makeDeclineRoute(surroundings: ReviewSurroundings): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partner-applications/:reference/decline',
    summary: 'Decline an application; the applicant reads the text',
    input: {
      params: ReferenceParams,
      body: z.strictObject({
        reason: z.enum(DECLINE_REASONS).default('other').meta({ description: 'For the provider alone.' }),
        text: plainText(1, 1000).meta({ description: 'The applicant reads it.' }),
      }),
    },
    access: { permission: 'platform.applications.decide' },
    limit: 'write',
    ifMatch: true,
    problems: ['APPLICATION_NOT_FOUND', 'APPLICATION_DECIDED', 'APPLICATION_STATE_CONFLICT'],
    responses: { 200: ApplicationDetail },
    async handle({ mandate, params, body: { reason, text }, expectedVersion }) {
      const read = { reference: params.reference, version: expectedVersion }
      const row = await takeApplication(mandate, read, ['submitted', 'needs_info'])
      const checks = await checksOf(surroundings, mandate, row)
      await decideApplication(mandate, row.id, { status: 'rejected', reason, text: text.trim(), checks })
      noteReview(mandate, row, {
        name: 'decline',
        changes: { decision_reason: reason },
        // By whole letters: half of one cannot be kept.
        reason: Array.from(text.trim()).slice(0, REASON_LENGTH).join(''),
      })
      const after = await getApplication(mandate, params.reference)
      const again = after.reapply_after === null ? '' : instantDayWords(after.reapply_after)
      await mailDeclined(mandate, applicantOf(row), { reason: text.trim(), again })
      return show(surroundings, mandate, params.reference)
    },
  })
}

function makeAskRoute(surroundings: ReviewSurroundings): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partner-applications/:reference/ask',
    summary: 'Ask the applicant a question; the application waits for the answer',
    input: { params: ReferenceParams, body: z.strictObject({ question: plainText(5, 2000) }) },
    access: { permission: 'platform.applications.decide' },
    limit: 'write',
    ifMatch: true,
    problems: ['APPLICATION_NOT_FOUND', 'APPLICATION_DECIDED', 'APPLICATION_STATE_CONFLICT'],
    responses: { 200: ApplicationDetail },
    async handle({ mandate, params, body, expectedVersion }) {
      const question = body.question.trim()
      const read = { reference: params.reference, version: expectedVersion }
      const row = await takeApplication(mandate, read, ['submitted'])
      await decideApplication(mandate, row.id, { status: 'needs_info' })
      await addMessage(mandate, row.id, { side: 'provider', author_name: mandate.actor.name, body: question })
      noteReview(mandate, row, { name: 'ask' })
      const token = await addKey(mandate, row.id)
      const link = `${surroundings.services.publicOrigin()}/apply/${row.reference}/${token}`
      await mailQuestion(mandate, applicantOf(row), { question, link })
      return show(surroundings, mandate, params.reference)
    },
  })
}

/** The routes with which the provider reads and decides about applications (C1). */
export function makeReviewRoutes(surroundings: ReviewSurroundings): readonly Route[] {
  return [
    ...makeReadRoutes(surroundings),
    makeApproveRoute(surroundings),
    makeDeclineRoute(surroundings),
    makeAskRoute(surroundings),
  ]
}
