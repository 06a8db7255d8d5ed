import { formatInstant } from '@liaison/access'
import { realmPath } from '#modules/realms/index.ts'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, choices, facts, notice, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import type { OwnCheck } from './applicant-store.ts'
import { isOpen } from './apply.ts'
import type { Standing } from './apply.ts'
import { COUNTRIES, countryName } from './countries.ts'
import { readReasons, REASONS } from './rules.ts'
import type { CheckState, DocumentKind } from './rules.ts'

export const PAGE = 'identity-check'

const DOCUMENT_WORDS: Readonly<Record<DocumentKind, string>> = {
  passport: 'Passport',
  identity_card: 'Identity card',
  residence_permit: 'Residence permit',
  driving_licence: 'Driving licence',
}

/** What a person typed into the form. */
export type Typed = Readonly<
  Record<'legal_name' | 'birth_date' | 'country' | 'document_kind' | 'document_number', string>
>

/** What the form shows at first: what was stated before, where something was. */
export function typedOf(check: OwnCheck): Typed {
  return {
    legal_name: check.legal_name ?? '',
    birth_date: check.birth_date ?? '',
    country: check.country ?? '',
    document_kind: check.document_kind ?? '',
    document_number: check.document_number ?? '',
  }
}

function countryField(chosen: string, errors: readonly FieldError[]): Html {
  const message = errors.find(({ field }) => field === 'country')?.message
  return html`<div class="field${message !== undefined && ' has-error'}">
    <label for="country">Country that issued the document</label>
    ${message !== undefined && html`<p class="field-error" id="country-error">${message}</p>`}
    <select
      id="country"
      name="country"
      required
      ${message !== undefined && html` aria-invalid="true" aria-describedby="country-error"`}
    >
      <option value="">Choose a country</option>
      ${COUNTRIES.map(({ code, name }) => html`<option value="${code}" ${code === chosen && html` selected`}>${name}</option>`)}
    </select>
  </div>`
}

/** Why something is asked again or was turned down, and what to do about each. */
function reasonsOf(check: OwnCheck): Html {
  const reasons = readReasons(check.reason_codes)
  return html`${
    reasons.length > 0 &&
    html`<ul>
      ${reasons.map((code) => html`<li><b>${REASONS[code].says}</b> ${REASONS[code].todo}</li>`)}
    </ul>`
  }${check.message !== null && html`<p>They wrote: <q>${check.message}</q></p>`}`
}

function formFields({ typed, errors }: FormState): Html {
  return html`${textField(
      {
        name: 'legal_name',
        label: 'Full name',
        hint: 'Exactly as it stands on the document.',
        autocomplete: 'name',
        maxLength: 200,
        value: typed.legal_name,
      },
      errors,
    )}
    ${textField({ name: 'birth_date', label: 'Date of birth', type: 'date', autocomplete: 'bday', look: 'short', value: typed.birth_date }, errors)}
    ${choices(
      {
        name: 'document_kind',
        legend: 'Document',
        chosen: typed.document_kind,
        options: Object.entries(DOCUMENT_WORDS).map(([value, label]) => ({ value, label })),
      },
      errors,
    )}
    ${countryField(typed.country, errors)}
    ${textField(
      {
        name: 'document_number',
        label: 'Number of the document',
        hint: 'Letters and digits as they stand on it.',
        autocomplete: 'off',
        maxLength: 60,
        value: typed.document_number,
      },
      errors,
    )}
    <div class="buttons">${button('Send')}</div>`
}

/** What was typed into the form, and what is wrong with it. */
export interface FormState {
  readonly typed: Typed
  readonly errors: readonly FieldError[]
}

/** The form that is sent in, for the first time or corrected. */
export function formBody(mandate: Mandate<'realm'>, check: OwnCheck, state: FormState): Html {
  const isAgain = check.state === 'resubmit'
  const why = html`<p>Your identity could not be confirmed yet.</p>
    ${reasonsOf(check)}`
  return html`${isAgain && notice('attention', why)}
    <p class="lead">
      ${
        isAgain
          ? 'Correct what is named above and send it again.'
          : 'Have a valid document at hand. Nothing is photographed or uploaded.'
      }
    </p>
    ${postForm(realmPath(mandate, PAGE), formFields(state))} ${cancelForm(mandate)}`
}

const cancelForm = (mandate: Mandate<'realm'>): Html =>
  html`<div class="buttons">
    ${postForm(realmPath(mandate, `${PAGE}/cancel`), button('Take it back', 'plain'))}
  </div>`

function statedBy(check: OwnCheck): Html {
  if (check.redacted_at !== null || check.legal_name === null) return html``
  const { document_kind: kind, document_number: number, country } = check
  const document = [kind && DOCUMENT_WORDS[kind], country && countryName(country)].filter(Boolean).join(', ')
  return facts([
    ['Full name', check.legal_name],
    ['Document', document],
    ['Number', number === null ? '' : `ends with ${number.slice(-3)}`],
    ...(check.submitted_at ? [['Sent', formatInstant(check.submitted_at)] as const] : []),
  ])
}

const WAITING = html`<p>
  What you sent is being checked. There is nothing to do until then; you get a mail with the answer.
</p>`

interface Shown {
  readonly title: string
  readonly tone: 'ok' | 'attention' | 'bad' | 'info' | 'off'
  /** `until` is how long another verification counts beside it. */
  readonly says: (check: OwnCheck, until: Date | null) => Html
}

/** What the end of a verification makes of the account, in the words of its mail. */
const whatFollows = (until: Date | null): string =>
  until
    ? `An earlier confirmation counts until ${formatInstant(until)}, so your account stays as it is.`
    : 'Your account is that of a guest again.'

const SHOWN: Readonly<Record<Exclude<CheckState, 'draft' | 'resubmit'>, Shown>> = {
  submitted: { title: 'Your identity is being checked', tone: 'info', says: () => WAITING },
  in_review: { title: 'Your identity is being checked', tone: 'info', says: () => WAITING },
  verified: {
    title: 'Your identity is confirmed',
    tone: 'ok',
    says: ({ expires_at: until }) =>
      html`<p>
        ${until ? `Your identity is confirmed until ${formatInstant(until)}.` : 'Your identity is confirmed.'}
        You can choose a plan.
      </p>`,
  },
  rejected: {
    title: 'Your identity was not confirmed',
    tone: 'bad',
    says: (check) =>
      html`<p>This answer is final for what you sent.</p>
        ${reasonsOf(check)}`,
  },
  expired: {
    title: 'Your identity check has run out',
    tone: 'attention',
    says: (_check, until) =>
      html`<p>The confirmation of your identity has run out. ${whatFollows(until)}</p>`,
  },
  revoked: {
    title: 'The confirmation of your identity was withdrawn',
    tone: 'bad',
    says: (check, until) =>
      html`<p>${whatFollows(until)}</p>
        ${reasonsOf(check)}`,
  },
  cancelled: {
    title: 'Identity check',
    tone: 'off',
    says: () => html`<p>Your last identity check was taken back before it was decided.</p>`,
  },
}

function beginForm(mandate: Mandate<'realm'>, { next, check, provider }: Standing): Html {
  if (next === null) return html``
  const isFirst = check === null
  return html`${provider === 'simulated' && notice('info', html`<p>This is a simulated check for demonstrations: it decides by the name that you enter.</p>`)}
    <h2>${isFirst ? 'What you need' : 'Have your identity checked again'}</h2>
    <ul>
      <li>A passport, identity card, residence permit or driving licence that is valid today.</li>
      <li>Your name, date of birth and the number of the document, as they stand on it.</li>
      <li>A few minutes. Nothing is photographed or uploaded.</li>
    </ul>
    <div class="buttons">${postForm(realmPath(mandate, `${PAGE}/begin`), button('Begin'))}</div>`
}

/** The page of whoever has nothing to fill in now. */
export function standingBody(
  mandate: Mandate<'realm'>,
  standing: Standing,
): { readonly title: string; readonly body: Html } {
  const { check } = standing
  if (check === null || check.state_now === 'draft' || check.state_now === 'resubmit')
    return {
      title: 'Identity check',
      body: html`<p class="lead">
          ${standing.next === null ? 'Your account needs no identity check.' : 'Confirm who you are to choose a plan. As a guest you can look around, within the limits of guests.'}
        </p>
        ${beginForm(mandate, standing)}`,
    }
  const shown = SHOWN[check.state_now]
  return {
    title: shown.title,
    body: html`${notice(shown.tone, shown.says(check, standing.verifiedUntil))} ${statedBy(check)}
    ${isOpen(check.state) && cancelForm(mandate)} ${beginForm(mandate, standing)}`,
  }
}
