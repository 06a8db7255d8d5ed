import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import {
  button,
  choices,
  facts,
  postForm,
  PROVIDER_NAME,
  showPage,
  textArea,
  textField,
} from '#platform/pages/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { parseApplication } from './apply-rules.ts'
import type { ApplicationFault, Entered, FieldName } from './apply-rules.ts'
import { confirmApplication, findUnconfirmed, isMailedEnough, keepApplication } from './apply-store.ts'
import { noteApplication } from './events.ts'
import { mailConfirmation } from './mails.ts'

const STRANGERS = { identity: 'Whoever wants to become a partner has no sign-in yet.' }

const KINDS = [
  {
    value: 'msp',
    label: "Manage customers' accounts",
    hint: 'You work in a customer’s account after they allow it.',
  },
  { value: 'reseller', label: 'Resell', hint: 'You order for customers; each order shows who is billed.' },
  { value: 'wholesaler', label: 'Buy wholesale', hint: 'You are billed, and manage your own end customers.' },
  {
    value: 'enterprise_hq',
    label: 'Oversee companies in our group',
    hint: 'Each company allows it by itself.',
  },
  {
    value: 'referral',
    label: 'Refer customers',
    hint: 'You see whom you referred, and nothing of their accounts.',
  },
  { value: 'auditor', label: 'Audit', hint: 'You read and never change.' },
  { value: 'white_label', label: 'Offer the service under our own brand' },
]

type Errors = readonly ApplicationFault[]

const valueOf = (entered: Entered, name: FieldName) => ({ value: entered[name] ?? '' })

function organisationFields(entered: Entered, errors: Errors): Html {
  const { kind } = entered
  const organisation = {
    name: 'organisation',
    label: 'Organisation',
    autocomplete: 'organization',
    maxLength: 200,
  }
  const website = { name: 'website', label: 'Website (optional)', autocomplete: 'url', maxLength: 200 }
  return html`${textField(
    { ...organisation, isFocused: true, ...valueOf(entered, 'organisation') },
    errors,
  )}${choices(
    {
      name: 'kind',
      legend: 'What do you want to do?',
      options: KINDS,
      ...(kind !== undefined && { chosen: kind }),
    },
    errors,
  )}${textField({ ...website, isOptional: true, ...valueOf(entered, 'website') }, errors)}`
}

function contactFields(entered: Entered, errors: Errors): Html {
  const name = { name: 'contact_name', label: 'Your name', autocomplete: 'name', maxLength: 200 }
  const email = {
    name: 'contact_email',
    label: 'Your e-mail',
    type: 'email',
    autocomplete: 'email',
    maxLength: 254,
    hint: 'We send a link there. You become the first owner when we approve.',
  } as const
  const purpose = {
    name: 'purpose',
    label: 'What do you plan?',
    hint: 'Three sentences are enough.',
    maxLength: 2000,
  }
  return html`${textField({ ...name, ...valueOf(entered, 'contact_name') }, errors)}${textField(
    { ...email, ...valueOf(entered, 'contact_email') },
    errors,
  )}${textArea({ ...purpose, ...valueOf(entered, 'purpose') }, errors)}`
}

function applyPage(entered: Entered = {}, errors: Errors = []): HtmlPage {
  const fields = html`${organisationFields(entered, errors)}${contactFields(entered, errors)}`
  return showPage(
    'Become a partner',
    html`<p class="lead">
        Tell us who you are and what you plan. A person reads it. Being a partner opens no customer’s account:
        each customer decides about that.
      </p>
      ${postForm(
        '/apply',
        html`${fields}
          <div class="buttons">${button('Send application')}</div>`,
      )}
      <p>Already a partner? <a href="/signin">Sign in</a></p>`,
    { errors },
  )
}

/** One answer, whatever is known about the address or the organisation. */
function sentPage(email: string): HtmlPage {
  return showPage(
    'Look into your mails',
    html`<p class="lead">
        We wrote to ${email}. Open the link in the mail within a day to send your application.
      </p>
      <p>
        Nothing there after five minutes? Look among unwanted mails, or <a href="/apply">apply again</a>.
      </p>`,
  )
}

const gonePage = () =>
  showPage(
    'This link no longer works',
    html`<p class="lead">
        It was used already, or its day is over. An application that was confirmed needs it no more.
      </p>
      <div class="buttons"><a class="button main" href="/apply">Apply again</a></div>`,
    { status: 410 },
  )

function confirmPage(token: string, application: { organisation: string; reference: string }): HtmlPage {
  const lines = [
    ['Organisation', application.organisation],
    ['Reference', application.reference],
  ] as const
  return showPage(
    'Send your application?',
    html`${facts(lines)}${postForm(`/apply/${token}`, html`<div class="buttons">${button('Send it now')}</div>`)}`,
  )
}

function donePage(reference: string): HtmlPage {
  return showPage(
    'Application sent',
    html`<p class="lead">Your reference is <b>${reference}</b>.</p>
      <p>
        We read applications on working days and answer by mail. When we approve, a mail invites you to sign
        in, and one page shows every step up to your first API call.
      </p>
      <p><a href="/signin">To the sign-in of ${PROVIDER_NAME}</a></p>`,
  )
}

async function take(services: Services, mandate: Mandate<'identity'>, entered: Entered): Promise<HtmlPage> {
  const parsed = parseApplication(entered)
  if ('faults' in parsed) return applyPage(entered, parsed.faults)
  const { application } = parsed
  if (!(await isMailedEnough(mandate, application.contactEmail))) {
    const { reference, token } = await keepApplication(mandate, application)
    noteApplication(mandate, { reference }, 'start')
    await mailConfirmation(mandate, application.contactEmail, `${services.publicOrigin()}/apply/${token}`)
  }
  return sentPage(application.contactEmail)
}

const text = (maximum: number) => z.string().max(maximum).optional()
const TokenParams = z.strictObject({ token: z.string().max(200) })

function makeFormPages(services: Services): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: '/apply',
      summary: 'Apply to become a partner',
      input: {},
      access: STRANGERS,
      limit: 'page',
      handle: async () => applyPage(),
    }),
    page({
      method: 'POST',
      path: '/apply',
      summary: 'Take an application and ask by mail whether the address is right',
      input: {
        body: z.strictObject({
          organisation: text(1000),
          kind: text(100),
          website: text(2000),
          contact_name: text(1000),
          contact_email: text(1000),
          purpose: text(10_000),
        }),
      },
      access: STRANGERS,
      limit: 'stranger',
      handle: ({ mandate, body }) => take(services, mandate, body),
    }),
  ]
}

const confirmPages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/apply/:token',
    summary: 'The application that a mail led to',
    input: { params: TokenParams },
    access: STRANGERS,
    limit: 'stranger',
    async handle({ mandate, params }) {
      const found = await findUnconfirmed(mandate, params.token)
      return found ? confirmPage(params.token, found) : gonePage()
    },
  }),
  page({
    method: 'POST',
    path: '/apply/:token',
    summary: 'Send the application, once',
    input: { params: TokenParams },
    access: STRANGERS,
    limit: 'stranger',
    async handle({ mandate, params }) {
      const found = await findUnconfirmed(mandate, params.token)
      if (!found || !(await confirmApplication(mandate, found.id))) return gonePage()
      noteApplication(mandate, found, 'send')
      return donePage(found.reference)
    },
  }),
]

/** The pages on which an organisation applies to become a partner; they work without script and need no sign-in. */
export function makeApplyPages(services: Services): readonly Route[] {
  return [...makeFormPages(services), ...confirmPages]
}
