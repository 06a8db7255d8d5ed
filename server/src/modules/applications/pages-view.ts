import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import {
  button,
  facts,
  notice,
  postForm,
  PROVIDER_NAME,
  showPage,
  textArea,
  textField,
  tickBox,
} from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import type { Message, OwnApplication } from './apply-store.ts'
import { questionField } from './page-fields.ts'
import { kindWords, STEPS } from './requirements.ts'
import type { Step } from './requirements.ts'
import { fieldsOf, toSummary } from './rules.ts'
import type { Entered } from './rules.ts'
import { dayWords, instantDayWords } from './words.ts'

/** An application with the address under which its applicant works on it. */
export interface Opened {
  readonly application: OwnApplication
  readonly place: string
}

/** S1: what it takes, and the address to which the link goes. */
export function startPage(entered: Entered = {}, errors: readonly FieldError[] = []): HtmlPage {
  const email = textField(
    {
      name: 'contact_email',
      label: 'Your e-mail at the company',
      type: 'email',
      autocomplete: 'email',
      maxLength: 254,
      hint: 'We send you a link. With it you begin, stop and come back.',
      value: entered['contact_email'] ?? '',
    },
    errors,
  )
  const reference = textField({
    name: 'reference',
    label: 'Reference',
    hint: 'It begins with PA-. We mail you a new link to your application.',
    look: 'short',
    maxLength: 20,
  })
  return showPage(
    'Become a partner',
    html`<p class="lead">
        It takes about 10 minutes. You need your company number and someone who may sign for your company. You
        can stop and come back.
      </p>
      <p>Being a partner opens no customer’s account: each customer decides about that.</p>
      ${postForm(
        '/apply',
        html`${email}
          <div class="buttons">${button('Start')}</div>`,
      )}
      <h2>Already started? Enter your reference.</h2>
      ${postForm(
        '/apply/return',
        html`${reference}
          <div class="buttons">${button('Send me the link', 'plain')}</div>`,
      )}
      <p>Already a partner? <a href="/signin">Sign in</a></p>`,
    { errors },
  )
}

/** One answer, whatever is known about the address or the reference. */
export function mailedPage(): HtmlPage {
  return showPage(
    'Look into your mails',
    html`<p class="lead">
        If we can write to you about this, a mail with a link is on its way. The link works for 14 days.
      </p>
      <p>
        Nothing there after five minutes? Look among unwanted mails, or <a href="/apply">try again</a>. We
        write to one address at most three times an hour.
      </p>`,
  )
}

/** The page of a reference, which shows nothing before somebody came by the mailed link. */
export function referencePage(reference: string): HtmlPage {
  return showPage(
    'Open your application',
    html`<p class="lead">
        We show an application only to whoever reads the mails of its address. We can send a link there.
      </p>
      ${postForm(
        '/apply/return',
        html`<input type="hidden" name="reference" value="${reference}" />
          <div class="buttons">${button('Send me the link')}</div>`,
      )}`,
  )
}

export const gonePage = (): HtmlPage =>
  showPage(
    'This link no longer works',
    html`<p class="lead">Its 14 days are over, or it was not copied whole.</p>
      <div class="buttons"><a class="button main" href="/apply">Get a new link</a></div>`,
    { status: 410 },
  )

const TITLES: Readonly<Record<Step, string>> = {
  kind: 'Your partnership',
  company: 'Your company',
  people: 'You and who signs',
  plan: 'What you plan',
}

/** S2 to S5: the questions of one page. */
export function stepPage(
  { application, place }: Opened,
  step: Step,
  shown: { readonly entered: Entered; readonly errors?: readonly FieldError[] },
): HtmlPage {
  const { entered, errors = [] } = shown
  const fields = fieldsOf(step, application).map((field) => questionField(field, entered, errors))
  const isSent = application.submittedAt !== null
  const label = isSent ? 'Save' : 'Continue'
  const progress = isSent
    ? `Application ${application.reference}`
    : `Part ${STEPS.indexOf(step) + 1} of ${STEPS.length} · reference ${application.reference}`
  return showPage(
    TITLES[step],
    html`<p class="muted">${progress}</p>
      ${postForm(
        `${place}/${step}`,
        html`${fields} ${step === 'kind' && html`<p>More than one can be added later.</p>`}
          <div class="buttons">
            ${button(label)}${isSent && html`<a class="button" href="${place}">Back without saving</a>`}
          </div>`,
      )}
      ${!isSent && html`<p class="small muted">What you save here is kept. To come back later, open the link in our mail again.</p>`}`,
    { errors },
  )
}

function answersList({ application, place }: Opened, mayChange: boolean): Html {
  const lines = toSummary(application).map(({ step, name, label, answer }) => {
    const isFixed = !mayChange || (name === 'kind' && application.submittedAt !== null)
    const change = html` <a href="${place}/${step}">Change<span class="unseen"> ${label}</span></a>`
    return [label, html`${answer}${!isFixed && change}`] as const
  })
  return facts([...lines, ['E-mail', application.contactEmail]])
}

/** S6: the answers before they are sent. */
export function checkPage(opened: Opened, errors: readonly FieldError[] = []): HtmlPage {
  const form = html`${errors.length > 0 && html`<p class="field-error">${errors[0]?.message}</p>`}${tickBox({ name: 'is_true', label: "What I've said is true to my knowledge" })}
    <div class="buttons">${button('Send application')}</div>`
  return showPage(
    'Check your answers before sending',
    html`${answersList(opened, true)}${postForm(`${opened.place}/send`, form)}
      <p><a href="${opened.place}/withdraw">Give up this application</a></p>`,
    { errors, width: 'reading' },
  )
}

/** S7: sent, with what comes next. */
export function sentPage({ application, place }: Opened, answerBy: string): HtmlPage {
  return showPage(
    'Application sent',
    html`<p class="lead">Your reference is <b>${application.reference}</b>.</p>
      <p>
        We read applications on working days. You'll hear from us by ${dayWords(answerBy)} at
        ${application.contactEmail}. Until then you can change or withdraw it.
      </p>
      <div class="buttons"><a class="button main" href="${place}">See my application</a></div>`,
  )
}

function messagesList(messages: readonly Message[]): Html {
  if (messages.length === 0) return html``
  return html`<h2>Questions and answers</h2>
    ${facts(
      messages.map(({ side, body, created_at: at }) => [
        `${side === 'provider' ? PROVIDER_NAME : 'You'}, ${instantDayWords(at)}`,
        body,
      ]),
    )}`
}

function answerForm({ place }: Opened, entered: string, errors: readonly FieldError[]): Html {
  const field = textArea({ name: 'answer', label: 'Your answer', maxLength: 2000, value: entered }, errors)
  return postForm(
    `${place}/answer`,
    html`${field}
      <p class="hint">If an answer above is wrong, change it first.</p>
      <div class="buttons">${button('Send answer')}</div>`,
  )
}

const waitingWords = ({ answerBy, contactEmail }: OwnApplication) =>
  notice(
    'info',
    html`<p>
      You'll hear from us${answerBy !== null && html` by ${dayWords(answerBy)}`} at ${contactEmail}. Until
      then you can change or withdraw it.
    </p>`,
  )

const declinedWords = ({ decisionText, reapplyAfter }: OwnApplication) =>
  notice(
    'bad',
    html`<p>${decisionText ?? ''}</p>
      ${reapplyAfter && html`<p>You can apply again from ${instantDayWords(reapplyAfter)} on.</p>`}`,
  )

const approvedWords = ({ contactEmail }: OwnApplication) =>
  notice(
    'ok',
    html`<p>
      We approved your application. A mail to ${contactEmail} invites you as the first owner; after you sign
      in, one page shows what comes next.
    </p>`,
  )

function stateWords(application: OwnApplication): { title: string; body: Html } {
  switch (application.status) {
    case 'submitted':
      return { title: 'We are reading your application', body: waitingWords(application) }
    case 'needs_info':
      return {
        title: 'We have a question',
        body: notice(
          'attention',
          html`<p>We go on reading when you have answered. The question is below.</p>`,
        ),
      }
    case 'approved':
      return { title: 'You are a partner', body: approvedWords(application) }
    case 'rejected':
      return { title: 'We declined your application', body: declinedWords(application) }
    case 'withdrawn':
      return {
        title: 'You withdrew this application',
        body: notice(
          'off',
          html`<p>Nobody reads it any more. You can <a href="/apply">apply again</a> at any time.</p>`,
        ),
      }
    case 'draft':
      throw new Error('A draft is filled in, not shown.')
  }
}

/** The state of an application that was sent: what happens with it, what was asked, and the answers. */
export function statePage(
  opened: Opened,
  messages: readonly Message[],
  tried: { readonly answer: string; readonly errors: readonly FieldError[] } = { answer: '', errors: [] },
): HtmlPage {
  const { application, place } = opened
  const { title, body } = stateWords(application)
  const isOpen = application.status === 'submitted' || application.status === 'needs_info'
  return showPage(
    title,
    html`<p class="muted">Application <b>${application.reference}</b> · ${kindWords(application.kind)}</p>
      ${body}${messagesList(messages)}${application.status === 'needs_info' && answerForm(opened, tried.answer, tried.errors)}
      <h2>Your answers</h2>
      ${answersList(opened, isOpen)}${isOpen && html`<p><a href="${place}/withdraw">Withdraw this application</a></p>`}`,
    { errors: tried.errors, width: 'reading' },
  )
}

/** Asks once before an application is withdrawn. */
export function withdrawPage({ application, place }: Opened): HtmlPage {
  return showPage(
    'Withdraw your application?',
    html`<p class="lead">
        Nobody reads ${application.reference} after that. You can apply again at any time.
      </p>
      ${postForm(`${place}/withdraw`, html`<div class="buttons">${button('Withdraw it', 'danger')}<a class="button" href="${place}">Keep it</a></div>`)}`,
  )
}

/** Says that an address has to wait after a decline. */
export function waitPage({ application }: Opened, until: Date): HtmlPage {
  return showPage(
    'You cannot apply again yet',
    html`<p class="lead">
        We declined an application of ${application.contactEmail} lately. You can apply again from
        ${instantDayWords(until)} on.
      </p>
      <p>What you filled in is kept until then.</p>`,
    { status: 409 },
  )
}
