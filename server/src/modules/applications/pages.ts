import { z } from 'zod'
import { redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import {
  addKey,
  addMessage,
  beginApplication,
  findByKey,
  findByReference,
  isMailedEnough,
  listMessages,
  moveOwn,
  saveAnswers,
  waitsUntil,
} from './apply-store.ts'
import { noteApplicant } from './events.ts'
import { mailLink, mailReceipt, mailStart } from './mails.ts'
import {
  checkPage,
  gonePage,
  mailedPage,
  referencePage,
  sentPage,
  startPage,
  statePage,
  stepPage,
  waitPage,
  withdrawPage,
} from './pages-view.ts'
import type { Opened } from './pages-view.ts'
import { FIELDS, STEPS } from './requirements.ts'
import type { Step } from './requirements.ts'
import { answerDay, fieldsOf, missingStep, parseAnswer, parseEmail, parseStep, withStep } from './rules.ts'
import type { Entered } from './rules.ts'
import { dayWords } from './words.ts'

const STRANGERS = {
  identity: 'Whoever wants to become a partner has no sign-in yet; the mailed link is the evidence.',
}

type Visit = Mandate<'identity'>

interface Link {
  readonly reference: string
  readonly token: string
}

const placeOf = ({ reference, token }: Link) => `/apply/${reference}/${token}`

const text = (maximum: number) => z.string().max(maximum).optional()
const Reference = z.string().max(40)
const LinkParams = z.strictObject({ reference: Reference, token: z.string().max(200) })
const StepParams = LinkParams.extend({ step: z.enum(STEPS) }).strict()
const StepBody = z.strictObject(Object.fromEntries(FIELDS.map(({ name }) => [name, text(10_000)])))

async function start(services: Services, mandate: Visit, entered: Entered): Promise<HtmlPage> {
  const email = parseEmail(entered['contact_email'] ?? '')
  if (email === null)
    return startPage(entered, [
      {
        field: 'contact_email',
        message: 'Enter your e-mail address, for example name@company.example.',
      },
    ])
  if (!(await isMailedEnough(mandate, email))) {
    const application = await beginApplication(mandate, email)
    const token = await addKey(mandate, application.id)
    noteApplicant(mandate, application, 'start')
    const link = placeOf({ reference: application.reference, token })
    await mailStart(mandate, email, services.publicOrigin() + link)
  }
  return mailedPage()
}

async function mailAgain(services: Services, mandate: Visit, entered: string): Promise<HtmlPage> {
  const reference = entered.trim().toUpperCase()
  const found = await findByReference(mandate, reference)
  if (found && !(await isMailedEnough(mandate, found.contact_email))) {
    const token = await addKey(mandate, found.id)
    noteApplicant(mandate, found, 'link')
    await mailLink(mandate, found, services.publicOrigin() + placeOf({ reference, token }))
  }
  return mailedPage()
}

function makeStartPages(services: Services): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: '/apply',
      summary: 'Apply to become a partner',
      input: {},
      access: STRANGERS,
      limit: 'page',
      handle: async () => startPage(),
    }),
    page({
      method: 'POST',
      path: '/apply',
      summary: 'Mail the link with which an application is filled in',
      input: { body: z.strictObject({ contact_email: text(1000) }) },
      access: STRANGERS,
      limit: 'application',
      handle: ({ mandate, body }) => start(services, mandate, body),
    }),
    page({
      method: 'POST',
      path: '/apply/return',
      summary: 'Mail a new link to an application that was begun',
      input: { body: z.strictObject({ reference: text(200) }) },
      access: STRANGERS,
      limit: 'application',
      handle: ({ mandate, body }) => mailAgain(services, mandate, body.reference ?? ''),
    }),
    page({
      method: 'GET',
      path: '/apply/:reference',
      summary: 'The page of a reference: it offers the link by mail and shows nothing',
      input: { params: z.strictObject({ reference: Reference }) },
      access: STRANGERS,
      limit: 'page',
      handle: async ({ params }) => referencePage(params.reference),
    }),
  ]
}

type Work = (opened: Opened) => Promise<HtmlPage>

const makeOpen =
  (use: 'read' | 'change') =>
  async (mandate: Visit, link: Link, work: Work): Promise<HtmlPage> => {
    const application = await findByKey(mandate, link, use)
    return application ? work({ application, place: placeOf(link) }) : gonePage()
  }

/** Opens an application by its mailed link and lets `work` answer; an ended or wrong link is answered as such. */
const open = makeOpen('read')

/** The same for what changes it: one after the other. */
const openToChange = makeOpen('change')

const isOpen = ({ application }: Opened) => ['draft', 'submitted', 'needs_info'].includes(application.status)

async function showState(mandate: Visit, opened: Opened): Promise<HtmlPage> {
  const { application, place } = opened
  if (application.status !== 'draft') return statePage(opened, await listMessages(mandate, application.id))
  const missing = missingStep(application)
  return missing === null ? checkPage(opened) : redirect(`${place}/${missing}`)
}

async function saveStep(
  mandate: Visit,
  opened: Opened,
  sent: { step: Step; entered: Entered },
): Promise<HtmlPage> {
  const { application, place } = opened
  const { step, entered } = sent
  if (!isOpen(opened) || (step === 'kind' && application.submittedAt !== null)) return redirect(place)
  const parsed = parseStep(fieldsOf(step, application), entered)
  if ('faults' in parsed) return stepPage(opened, step, { entered, errors: parsed.faults })
  const filled = withStep(application, step, parsed.answers)
  // Meanwhile decided: the page of the application says so.
  if (!(await saveAnswers(mandate, application, filled))) return redirect(place)
  noteApplicant(mandate, application, application.submittedAt === null ? 'save' : 'change')
  return redirect(place)
}

const stepPages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/apply/:reference/:token',
    summary: 'An application: the next question, the answers before they are sent, or its state',
    input: { params: LinkParams },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params }) => open(mandate, params, (opened) => showState(mandate, opened)),
  }),
  page({
    method: 'GET',
    path: '/apply/:reference/:token/:step',
    summary: 'The questions of one page of an application',
    input: { params: StepParams },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params }) =>
      open(mandate, params, async (opened) => {
        const { application, place } = opened
        const isAsked = fieldsOf(params.step, application).length > 0
        const isFixed = params.step === 'kind' && application.submittedAt !== null
        if (!isOpen(opened) || !isAsked || isFixed) return redirect(place)
        return stepPage(opened, params.step, { entered: application.answers })
      }),
  }),
  page({
    method: 'POST',
    path: '/apply/:reference/:token/:step',
    summary: 'Save one page of an application',
    input: { params: StepParams, body: StepBody },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params, body }) =>
      openToChange(mandate, params, (opened) =>
        saveStep(mandate, opened, { step: params.step, entered: body }),
      ),
  }),
]

async function send(mandate: Visit, opened: Opened, isTrue: boolean): Promise<HtmlPage> {
  const { application, place } = opened
  if (application.status !== 'draft' || missingStep(application) !== null) return redirect(place)
  if (!isTrue)
    return checkPage(opened, [
      { field: 'is_true', message: 'Tick that what you said is true to your knowledge.' },
    ])
  const until = await waitsUntil(mandate, application.contactEmail)
  if (until !== null) return waitPage(opened, until)
  const answerBy = answerDay(mandate.origin.now)
  const isMoved = await moveOwn(mandate, application, { from: ['draft'], to: 'submitted', answerBy })
  if (!isMoved) return redirect(place)
  noteApplicant(mandate, application, 'send')
  await mailReceipt(mandate, applicantOf(opened), dayWords(answerBy))
  return sentPage(opened, answerBy)
}

const applicantOf = ({ application: { contactEmail, answers, reference } }: Opened) => ({
  email: contactEmail,
  name: answers['contact_name'],
  organisation: answers['organisation'] ?? '',
  reference,
})

async function answer(mandate: Visit, opened: Opened, entered: string): Promise<HtmlPage> {
  const { application, place } = opened
  if (application.status !== 'needs_info') return redirect(place)
  const body = parseAnswer({ is: 'text', maximum: 2000 }, entered)
  if (body === null || body === '') {
    const errors = [{ field: 'answer', message: 'Write an answer of at most 2,000 characters.' }]
    return statePage(opened, await listMessages(mandate, application.id), { answer: entered, errors })
  }
  const answerBy = answerDay(mandate.origin.now)
  if (await moveOwn(mandate, application, { from: ['needs_info'], to: 'submitted', answerBy })) {
    const author = application.answers['contact_name'] ?? application.contactEmail
    await addMessage(mandate, application.id, { side: 'applicant', author_name: author, body })
    noteApplicant(mandate, application, 'answer')
  }
  return redirect(place)
}

async function withdraw(mandate: Visit, { application, place }: Opened): Promise<HtmlPage> {
  const move = { from: ['draft', 'submitted', 'needs_info'], to: 'withdrawn' } as const
  if (await moveOwn(mandate, application, move)) noteApplicant(mandate, application, 'withdraw')
  return redirect(place)
}

const actPages: readonly Route[] = [
  page({
    method: 'POST',
    path: '/apply/:reference/:token/send',
    summary: 'Send an application, once',
    input: { params: LinkParams, body: z.strictObject({ is_true: text(10) }).optional() },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params, body }) =>
      openToChange(mandate, params, (opened) => send(mandate, opened, body?.is_true === 'on')),
  }),
  page({
    method: 'POST',
    path: '/apply/:reference/:token/answer',
    summary: 'Answer a question about an application',
    input: { params: LinkParams, body: z.strictObject({ answer: text(10_000) }) },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params, body }) =>
      openToChange(mandate, params, (opened) => answer(mandate, opened, body.answer ?? '')),
  }),
  page({
    method: 'GET',
    path: '/apply/:reference/:token/withdraw',
    summary: 'Ask before an application is withdrawn',
    input: { params: LinkParams },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params }) =>
      open(mandate, params, async (opened) =>
        isOpen(opened) ? withdrawPage(opened) : redirect(opened.place),
      ),
  }),
  page({
    method: 'POST',
    path: '/apply/:reference/:token/withdraw',
    summary: 'Withdraw an application',
    input: { params: LinkParams },
    access: STRANGERS,
    limit: 'stranger',
    handle: ({ mandate, params }) => openToChange(mandate, params, (opened) => withdraw(mandate, opened)),
  }),
]

/** The pages on which an organisation applies to become a partner; they work without script and need no sign-in (C1, U2). */
export function makeApplyPages(services: Services): readonly Route[] {
  return [...makeStartPages(services), ...stepPages, ...actPages]
}
