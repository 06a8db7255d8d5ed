import { formatInstant, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { factsOf, noteRead } from '#platform/mandate.ts'
import {
  button,
  facts,
  hiddenField,
  notice,
  postForm,
  PROVIDER_NAME,
  textField,
  tickBox,
} from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { makeDeclinePages } from './decline-pages.ts'
import { showChanges, showDocument, showTimes } from './document-page.ts'
import { labelOf } from './events.ts'
import { findSignature } from './evidence-store.ts'
import { disclosurePage } from './disclosure-page.ts'
import {
  idOf,
  input,
  pathOf,
  portalPathOf,
  problems,
  read,
  requireOpen,
  show,
  sign,
  signProblems,
} from './owner-page.ts'
import type { Own } from './owner-page.ts'
import { proveShown, signAgreement } from './sign.ts'
import { getAgreement } from './store.ts'
import type { AgreementRow } from './store.ts'
import { AgreementParams, readChanges } from './view.ts'

/** A signature needs a second factor of the last five minutes; whoever has less than one left is asked before the form. */
const FRESH_MS = 4 * 60_000

const STATE_NOTES: Readonly<Partial<Record<AgreementRow['state'], string>>> = {
  signed: 'It is signed. A person on our side confirms it next.',
  active: 'It is signed and in force.',
  superseded: 'A later version took its place.',
  terminated: 'It was ended.',
  declined: 'Your organisation declined it.',
  rejected: 'It was signed, and we did not confirm it.',
  withdrawn: 'We withdrew it; there is nothing to sign.',
  expired: 'The time to sign it has run out; there is nothing to sign.',
}

function barOf(mandate: Own, row: AgreementRow): Html {
  const pdf = html`<a class="button" href="/api/v1/program/agreements/${idOf(row)}/pdf">Download PDF</a>`
  const maySign = mandate.partner.role === 'PARTNER_OWNER'
  if (row.state !== 'offered' || !maySign)
    return html`<div class="page-bar">
      <a class="button" href="${portalPathOf(mandate, row)}">Go to the agreement</a>${pdf}
    </div>`
  return html`<div class="page-bar">
    <a class="button main" href="${pathOf(row, 'sign/name')}">Sign…</a>
    <a class="button" href="${pathOf(row, 'decline')}">Decline or ask a question</a>${pdf}
  </div>`
}

async function showAgreement(mandate: Own, row: AgreementRow): Promise<HtmlPage> {
  noteRead(mandate, {
    action: 'program.agreement.read',
    resource: { type: 'agreement', id: row.id, label: labelOf(row) },
  })
  const changes = await readChanges(mandate, row)
  const note = STATE_NOTES[row.state]
  const body = html`${note !== undefined && notice(row.state === 'active' ? 'ok' : 'info', html`<p>${note}</p>`)}
    <p class="lead">
      ${
        mandate.partner.role === 'PARTNER_OWNER' && row.state === 'offered'
          ? `You are signing for ${mandate.partner.name}. Only owners can sign.`
          : `An agreement of ${mandate.partner.name}.`
      }
      ${showTimes(row)}
    </p>
    ${changes && showChanges(changes)} ${showDocument(row.body)}
    <p class="small muted">Fingerprint <span class="mono">${row.content_sha256.toString('hex')}</span></p>
    ${barOf(mandate, row)}`
  return show(mandate, labelOf(row), { body })
}

interface FormValues {
  readonly typed_name: string
  readonly capacity: string
  readonly confirmed: boolean
}

const EMPTY: FormValues = { typed_name: '', capacity: '', confirmed: false }

function namePage(
  mandate: Own,
  services: Services,
  form: {
    readonly row: AgreementRow
    readonly values?: FormValues
    readonly errors?: readonly FieldError[]
    readonly shown?: string
  },
): HtmlPage {
  const { row, values = EMPTY, errors = [] } = form
  const fields = html`${hiddenField('content_sha256', row.content_sha256.toString('hex'))}${hiddenField('shown', form.shown ?? proveShown(mandate, services, row))}
    ${textField({ name: 'typed_name', label: 'Your full name', hint: 'Type it as you would sign it.', value: values.typed_name, autocomplete: 'name', maxLength: 200 }, errors)}
    ${textField({ name: 'capacity', label: 'Your role', hint: 'For example "Managing director".', value: values.capacity, autocomplete: 'organization-title', maxLength: 100 }, errors)}
    ${tickBox({ name: 'confirmed', label: `I may sign for ${mandate.partner.name}`, isTicked: values.confirmed })}
    <div class="panel">
      <p>
        Your typed name has the same legal force as a handwritten signature.
        <a href="/legal/signature-disclosure">Read how electronic signing works.</a>
      </p>
      <p class="small muted">
        You are signing electronically (simple electronic signature). The PDF is sealed by ${PROVIDER_NAME};
        the seal proves integrity, not your identity beyond the checks listed.
      </p>
    </div>
    <div class="buttons">
      ${button(`Sign version ${row.version} for ${mandate.partner.name}`)}
      <a class="button" href="${pathOf(row, 'sign')}">Back to the text</a>
    </div>`
  return show(mandate, 'Sign the agreement', {
    width: 'form',
    errors,
    body: html`<p class="lead">${labelOf(row)}</p>
      ${postForm(pathOf(row, 'sign/name'), fields)}`,
  })
}

function isFactorFresh(mandate: Own): boolean {
  const at = factsOf(mandate).actor?.factor_at ?? null
  return at !== null && mandate.origin.now.getTime() - at.getTime() < FRESH_MS
}

const FormText = z.string().max(1000).default('')
const SignForm = z.strictObject({
  content_sha256: FormText,
  shown: FormText,
  typed_name: FormText,
  capacity: FormText,
  confirmed: z.literal('on').optional(),
})

function faultsOf(form: z.output<typeof SignForm>): FieldError[] {
  const faults: FieldError[] = []
  if (form.typed_name.trim().length < 2 || form.typed_name.length > 200)
    faults.push({ field: 'typed_name', message: 'Enter your full name' })
  if (form.capacity.trim() === '' || form.capacity.length > 100)
    faults.push({ field: 'capacity', message: 'Enter your role' })
  if (form.confirmed !== 'on')
    faults.push({ field: 'confirmed', message: 'Tick that you may sign, or ask somebody who may' })
  return faults
}

async function postSignature(
  mandate: Own,
  services: Services,
  sent: {
    readonly row: AgreementRow
    readonly form: z.output<typeof SignForm>
    readonly locale: string | null
  },
): Promise<HtmlPage> {
  const { row, form, locale } = sent
  const values = { ...form, confirmed: form.confirmed === 'on' }
  const errors = faultsOf(form)
  if (errors.length > 0) return namePage(mandate, services, { row, values, errors, shown: form.shown })
  if (!isFactorFresh(mandate))
    return namePage(mandate, services, {
      row,
      values,
      shown: form.shown,
      errors: [
        {
          field: null,
          message: 'More than four minutes went by. Confirm again that it is you: open this page anew.',
        },
      ],
    })
  await signAgreement(mandate, services, {
    id: idFromUuid('agreement', row.id),
    form: {
      contentSha256: form.content_sha256,
      shown: form.shown,
      typedName: form.typed_name,
      capacity: form.capacity,
      locale,
      timeZone: null,
    },
  })
  return redirect(pathOf(row, 'done'))
}

/** What is said of a signed agreement first while it is on its way; of one that is over its state says more. */
const DONE: Readonly<Partial<Record<AgreementRow['state'], readonly [title: string, lead: string]>>> = {
  signed: [
    'Signed. One step is left on our side',
    `A person at ${PROVIDER_NAME} now confirms it, usually within 1 working day. You hear of it by mail.`,
  ],
  active: ['Signed and confirmed', 'The agreement is in force.'],
}

async function showDone(mandate: Own, row: AgreementRow): Promise<HtmlPage> {
  const signature = await findSignature(mandate, row.id)
  if (!signature) return redirect(pathOf(row, 'sign'))
  const [title, lead] = DONE[row.state] ?? ['Signed', STATE_NOTES[row.state] ?? '']
  const lines: (readonly [string, Html | string])[] = [
    ['Agreement', labelOf(row)],
    ['Signed by', `${signature.signer_name}, ${formatInstant(signature.signed_at)}`],
    ['Fingerprint', html`<span class="mono">${row.content_sha256.toString('hex')}</span>`],
  ]
  const body = html`<p class="lead">${lead}</p>
    ${facts(lines)}
    <div class="buttons">
      <a class="button main" href="/api/v1/program/agreements/${idOf(row)}/pdf">Download the signed PDF</a>
      <a class="button" href="${portalPathOf(mandate, row)}">Go to the agreement</a>
    </div>`
  return show(mandate, title, { body })
}

function makeNameRoutes(services: Services): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: '/agreements/:agreement_id/sign/name',
      summary: 'The form with which an owner signs',
      input,
      access: sign,
      limit: 'page',
      problems,
      async handle({ mandate, params }) {
        const row = await getAgreement(mandate, params.agreement_id)
        const elsewhere = requireOpen(row)
        if (elsewhere) return elsewhere
        if (!isFactorFresh(mandate))
          return redirect(`/step-up?return_to=${encodeURIComponent(pathOf(row, 'sign/name'))}`)
        return namePage(mandate, services, { row })
      },
    }),
    page({
      method: 'POST',
      path: '/agreements/:agreement_id/sign/name',
      summary: 'Sign an agreement without script',
      input: { params: AgreementParams, body: SignForm },
      access: sign,
      limit: 'page',
      problems: signProblems,
      async handle({ mandate, params, body }) {
        const row = await getAgreement(mandate, params.agreement_id)
        return requireOpen(row) ?? postSignature(mandate, services, { row, form: body, locale: 'en' })
      },
    }),
  ]
}

/** The pages on which an owner reads, signs and declines an agreement; they work without script (U2, D4). */
export function makeSignPages(services: Services): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: '/agreements/:agreement_id/sign',
      summary: 'An agreement to read, with what changed',
      input,
      access: read,
      limit: 'page',
      problems,
      handle: async ({ mandate, params }) =>
        showAgreement(mandate, await getAgreement(mandate, params.agreement_id)),
    }),
    ...makeNameRoutes(services),
    page({
      method: 'GET',
      path: '/agreements/:agreement_id/done',
      summary: 'That an agreement was signed, and what comes next',
      input,
      access: read,
      limit: 'page',
      problems,
      handle: async ({ mandate, params }) =>
        showDone(mandate, await getAgreement(mandate, params.agreement_id)),
    }),
    ...makeDeclinePages(services),
    disclosurePage,
  ]
}
