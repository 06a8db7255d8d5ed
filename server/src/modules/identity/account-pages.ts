import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import {
  button,
  facts,
  hiddenField,
  notice,
  postForm,
  showPage,
  textField,
  tickBox,
} from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import type { PasskeyRow } from './factor-store.ts'
import type { SigningPerson } from './person-store.ts'
import { toSessionId } from './session-store.ts'
import type { SessionRow } from './session-store.ts'
import { toPasskeyId } from './factor-store.ts'
import { browserWords, instantWords } from './words.ts'

/** What the account page shows. */
export interface AccountView {
  readonly person: SigningPerson
  readonly passkeys: readonly PasskeyRow[]
  readonly recoveryCodes: number
  readonly sessions: readonly SessionRow[]
  readonly currentSessionId: string
  readonly mustHaveFactor: boolean
  readonly saved: string | null
  readonly errors?: readonly FieldError[]
  readonly name?: string
}

const FACTOR_WORDS = { none: 'password', otp: 'code', phishing_resistant: 'passkey' } as const

function profileForm({ person, name, errors = [] }: AccountView): Html {
  return postForm(
    '/account/profile',
    html`${textField({ name: 'name', label: 'Name', value: name ?? person.name, autocomplete: 'name', maxLength: 200 }, errors)}${tickBox({ name: 'shortcuts', label: 'Single-letter keyboard shortcuts', hint: 'Letters such as “g t” move around the portal. They never act while you type in a field.', isTicked: person.shortcuts })}
      <div class="buttons">${button('Save', 'small')}</div>`,
  )
}

function passkeyLine(passkey: PasskeyRow): Html {
  const used = passkey.lastUsedAt ? `last used ${instantWords(passkey.lastUsedAt)}` : 'not used yet'
  return html`<li>
    <div class="what">
      <span>${passkey.label}</span
      ><span class="small muted">Passkey · made ${instantWords(passkey.createdAt)} · ${used}</span>
    </div>
    ${postForm(`/account/passkeys/${toPasskeyId(passkey.id)}/remove`, html`<button class="button small">Remove<span class="unseen"> ${passkey.label}</span></button>`)}
  </li>`
}

function factorSection({ person, passkeys, recoveryCodes, mustHaveFactor }: AccountView): Html {
  const app = html`<li>
    <div class="what">
      <span>Authenticator app</span><span class="small muted">Codes that change every 30 seconds</span>
    </div>
    ${postForm('/account/app/remove', html`<button class="button small">Remove<span class="unseen"> the authenticator app</span></button>`)}
  </li>`
  const codes = html`<li>
    <div class="what">
      <span>Recovery codes</span><span class="small muted">${recoveryCodes} of 10 left</span>
    </div>
    ${postForm('/account/codes', button('Make new codes', 'small'))}
  </li>`
  const hasAny = person.hasTotp || passkeys.length > 0
  const none = notice(
    'attention',
    html`<p>
      You have no second factor.
      ${mustHaveFactor ? 'You need one to work here.' : 'A password alone can be stolen or guessed.'}
    </p>`,
  )
  return html`<h2 id="factors">Second factors</h2>
    ${
      hasAny
        ? html`<ul class="rows">
            ${passkeys.map(passkeyLine)}${person.hasTotp && app}${codes}
          </ul>`
        : none
    }
    <div class="buttons">
      <a class="button small" href="/account/passkeys/new">Add a passkey</a
      >${!person.hasTotp && html`<a class="button small" href="/account/app">Add an authenticator app</a>`}
    </div>`
}

function sessionLine(session: SessionRow, isCurrent: boolean): Html {
  const end = isCurrent
    ? html`<span class="chip ok">This browser</span>`
    : postForm(
        `/account/sessions/${toSessionId(session.id)}/end`,
        html`<button class="button small">
          End<span class="unseen"> the session of ${browserWords(session.userAgent)}</span>
        </button>`,
      )
  return html`<li>
    <div class="what">
      <span>${browserWords(session.userAgent)}</span
      ><span class="small muted"
        >${session.ip ?? 'unknown address'} · signed in ${instantWords(session.createdAt)} by
        ${FACTOR_WORDS[session.factor]} · last seen ${instantWords(session.seenAt)}</span
      >
    </div>
    ${end}
  </li>`
}

function sessionSection({ sessions, currentSessionId }: AccountView): Html {
  const others = sessions.filter(({ id }) => id !== currentSessionId).length
  return html`<h2 id="sessions">Where you are signed in</h2>
    <ul class="rows">
      ${sessions.map((session) => sessionLine(session, session.id === currentSessionId))}
    </ul>
    ${others > 0 && postForm('/account/sessions/end-others', html`<div class="buttons">${button('End all other sessions', 'small')}</div>`)}
    <p class="small muted">
      A session ends 12 hours after you signed in, or after half an hour in which you did nothing.
    </p>`
}

/** The page on which a person looks after the own account. */
export function accountPage(view: AccountView): HtmlPage {
  const { person, saved, errors = [] } = view
  const body = html`${saved !== null && notice('ok', html`<p role="status">${saved}</p>`)}
    <p class="lead">What you change here holds wherever you work.</p>
    ${facts([['E-mail', person.email]])}${profileForm(view)}
    <h2>Password</h2>
    <p>Changing it ends all your other sessions.</p>
    <div class="buttons"><a class="button small" href="/account/password">Change password</a></div>
    ${factorSection(view)}${sessionSection(view)}
    <h2>What is kept of you</h2>
    <p>
      Your name and address, where you work, your sign-ins, and what you did. To have it erased, ask the
      administrator of your organisation or the provider.
    </p>
    <div class="buttons">
      <a class="button small" href="/api/v1/me/record" download>Download what is kept of you</a>
    </div>
    <hr />
    <p><a href="/choose">Back to work</a></p>`
  return showPage('Your account', body, { signedInAs: person.email, errors })
}

/** The form of a new password; the old one is asked for too. */
export function passwordPage(
  person: SigningPerson,
  shortest: number,
  shown: { readonly errors?: readonly FieldError[]; readonly waitSeconds?: number } = {},
): HtmlPage {
  const { errors = [], waitSeconds = 0 } = shown
  const form = html`<input
      class="unseen"
      type="email"
      value="${person.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="E-mail"
    />${textField({ name: 'current', label: 'Current password', type: 'password', autocomplete: 'current-password' }, errors)}${newPasswordField(shortest, errors)}
    <div class="buttons">
      ${button('Change password')}<a class="button" href="/account">Keep the old one</a>
    </div>`
  const limited =
    waitSeconds > 0 ? ({ status: 429, headers: { 'Retry-After': String(waitSeconds) } } as const) : {}
  return showPage(
    'Change your password',
    html`<p class="lead">Your other sessions end, and you get a mail about it.</p>
      ${postForm('/account/password', form)}`,
    { signedInAs: person.email, errors, ...limited },
  )
}

/** The input of a new password with its rule. */
export function newPasswordField(shortest: number, errors: readonly FieldError[]): Html {
  const hint = `At least ${shortest} characters, any you like. Four unrelated words are good; pasting from a password keeper is better.`
  return textField(
    { name: 'password', label: 'New password', hint, type: 'password', autocomplete: 'new-password' },
    errors,
  )
}

/** A question before something that is felt: what happens, and what stays. */
export function confirmPage(
  person: SigningPerson,
  question: {
    readonly title: string
    readonly effect: string
    readonly action: string
    readonly label: string
    readonly keep: string
  },
): HtmlPage {
  const form = html`${hiddenField('confirmed', 'yes')}
    <div class="buttons">
      ${button(question.label, 'danger')}<a class="button" href="/account">${question.keep}</a>
    </div>`
  return showPage(
    question.title,
    html`<p class="lead">${question.effect}</p>
      ${postForm(question.action, form)}`,
    { signedInAs: person.email },
  )
}
