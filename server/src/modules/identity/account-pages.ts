import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import type { Reading } from '#platform/words/language.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import {
  button,
  choices,
  facts,
  hiddenField,
  inLanguages,
  LANGUAGE_NAMES,
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
import { browserWords } from './words.ts'
import { ACCOUNT_WORDS, IDENTITY_WORDS } from './words/index.ts'
import type { IdentityWords } from './words/index.ts'

/** What the account page shows. */
export interface AccountView {
  readonly reading: Reading
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

const wordsOf = ({ reading }: Pick<AccountView, 'reading'>) => ACCOUNT_WORDS[reading.language]

/** An address of the account in the language that was chosen. */
const at = ({ reading }: Pick<AccountView, 'reading'>, path: string): string =>
  withLanguage(path, reading.chosen)

function languageChoice(view: AccountView): Html {
  const words = wordsOf(view)
  return choices({
    name: 'language',
    legend: words.language,
    hint: words.languageHint,
    chosen: view.person.language ?? 'any',
    options: [
      { value: 'any', label: words.anyLanguage, hint: words.anyLanguageHint },
      ...LANGUAGES.map((language) => ({ value: language, label: LANGUAGE_NAMES[language] })),
    ],
  })
}

function profileForm(view: AccountView): Html {
  const { person, name, errors = [] } = view
  const words = wordsOf(view)
  return postForm(
    at(view, '/account/profile'),
    html`${textField({ name: 'name', label: words.name, value: name ?? person.name, autocomplete: 'name', maxLength: 200 }, errors)}${languageChoice(view)}${tickBox({ name: 'shortcuts', label: words.shortcuts, hint: words.shortcutsHint, isTicked: person.shortcuts })}
      <div class="buttons">${button(words.save, 'small')}</div>`,
  )
}

function passkeyLine(view: AccountView, passkey: PasskeyRow): Html {
  const { factors } = wordsOf(view)
  const { language } = view.reading
  const made = writeInstant(passkey.createdAt, language)
  const note = passkey.lastUsedAt
    ? factors.passkeyUsed(made, writeInstant(passkey.lastUsedAt, language))
    : factors.passkeyUnused(made)
  return html`<li>
    <div class="what"><span>${passkey.label}</span><span class="small muted">${note}</span></div>
    ${postForm(at(view, `/account/passkeys/${toPasskeyId(passkey.id)}/remove`), html`<button class="button small" aria-label="${factors.removeWhat(passkey.label)}">${factors.remove}</button>`)}
  </li>`
}

function factorSection(view: AccountView): Html {
  const { person, passkeys, recoveryCodes, mustHaveFactor } = view
  const { factors } = wordsOf(view)
  const app = html`<li>
    <div class="what"><span>${factors.app}</span><span class="small muted">${factors.appNote}</span></div>
    ${postForm(at(view, '/account/app/remove'), html`<button class="button small" aria-label="${factors.removeApp}">${factors.remove}</button>`)}
  </li>`
  const codes = html`<li>
    <div class="what">
      <span>${factors.codes}</span><span class="small muted">${factors.codesLeft(recoveryCodes)}</span>
    </div>
    ${postForm(at(view, '/account/codes'), button(factors.newCodes, 'small'))}
  </li>`
  const hasAny = person.hasTotp || passkeys.length > 0
  const none = notice('attention', html`<p>${mustHaveFactor ? factors.needed : factors.advised}</p>`)
  return html`<h2 id="factors">${factors.title}</h2>
    ${
      hasAny
        ? html`<ul class="rows">
            ${passkeys.map((passkey) => passkeyLine(view, passkey))}${person.hasTotp && app}${codes}
          </ul>`
        : none
    }
    <div class="buttons">
      <a class="button small" href="${at(view, '/account/passkeys/new')}">${factors.addPasskey}</a
      >${!person.hasTotp && html`<a class="button small" href="${at(view, '/account/app')}">${factors.addApp}</a>`}
    </div>`
}

function sessionLine(view: AccountView, session: SessionRow): Html {
  const { sessions: words } = wordsOf(view)
  const { language } = view.reading
  const browser = browserWords(session.userAgent, language)
  const by = { none: words.byPassword, otp: words.byCode, phishing_resistant: words.byPasskey }
  const since = by[session.factor](writeInstant(session.createdAt, language))
  const end =
    session.id === view.currentSessionId
      ? html`<span class="chip ok">${words.here}</span>`
      : postForm(
          at(view, `/account/sessions/${toSessionId(session.id)}/end`),
          html`<button class="button small" aria-label="${words.endWhat(browser)}">${words.end}</button>`,
        )
  return html`<li>
    <div class="what">
      <span>${browser}</span
      ><span class="small muted"
        >${words.line(session.ip ?? words.unknownAddress, since, writeInstant(session.seenAt, language))}</span
      >
    </div>
    ${end}
  </li>`
}

function sessionSection(view: AccountView): Html {
  const { sessions, currentSessionId } = view
  const { sessions: words } = wordsOf(view)
  const others = sessions.filter(({ id }) => id !== currentSessionId).length
  return html`<h2 id="sessions">${words.title}</h2>
    <ul class="rows">
      ${sessions.map((session) => sessionLine(view, session))}
    </ul>
    ${others > 0 && postForm(at(view, '/account/sessions/end-others'), html`<div class="buttons">${button(words.endOthers, 'small')}</div>`)}
    <p class="small muted">${words.note}</p>`
}

function recordSection(view: AccountView): Html {
  const { record } = wordsOf(view)
  return html`<h2>${record.title}</h2>
    <p>${record.lead}</p>
    <div class="buttons">
      <a class="button small" href="/api/v1/me/record" download>${record.download}</a>
    </div>`
}

/** The page on which a person looks after the own account. */
export function accountPage(view: AccountView): HtmlPage {
  const { person, saved, errors = [], reading } = view
  const words = wordsOf(view)
  const body = html`${saved !== null && notice('ok', html`<p role="status">${saved}</p>`)}
    <p class="lead">${words.lead}</p>
    ${facts([[IDENTITY_WORDS[reading.language].email, person.email]])}${profileForm(view)}
    <h2>${words.passwordTitle}</h2>
    <p>${words.passwordLead}</p>
    <div class="buttons">
      <a class="button small" href="${at(view, '/account/password')}">${words.change.button}</a>
    </div>
    ${factorSection(view)}${sessionSection(view)}${recordSection(view)}
    <hr />
    <p><a href="${at(view, '/choose')}">${words.backToWork}</a></p>`
  return showPage(words.title, body, {
    signedInAs: person.email,
    errors,
    ...inLanguages(reading, '/account'),
  })
}

/** The form of a new password; the old one is asked for too. */
export function passwordPage(
  person: SigningPerson,
  reading: Reading,
  shown: {
    readonly shortest: number
    readonly errors?: readonly FieldError[]
    readonly waitSeconds?: number
  },
): HtmlPage {
  const { shortest, errors = [], waitSeconds = 0 } = shown
  const { change } = wordsOf({ reading })
  const words = IDENTITY_WORDS[reading.language]
  const form = html`<input
      class="unseen"
      type="email"
      value="${person.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="${words.email}"
    />${textField({ name: 'current', label: change.current, type: 'password', autocomplete: 'current-password' }, errors)}${newPasswordField(shortest, errors, words)}
    <div class="buttons">
      ${button(change.button)}<a class="button" href="${at({ reading }, '/account')}">${change.keep}</a>
    </div>`
  const limited =
    waitSeconds > 0 ? ({ status: 429, headers: { 'Retry-After': String(waitSeconds) } } as const) : {}
  return showPage(
    change.title,
    html`<p class="lead">${change.lead}</p>
      ${postForm(at({ reading }, '/account/password'), form)}`,
    { signedInAs: person.email, errors, ...inLanguages(reading, '/account/password'), ...limited },
  )
}

/** The input of a new password with its rule. */
export function newPasswordField(
  shortest: number,
  errors: readonly FieldError[],
  { newPassword: words }: Pick<IdentityWords, 'newPassword'> = IDENTITY_WORDS.en,
): Html {
  return textField(
    {
      name: 'password',
      label: words.label,
      hint: words.hint(shortest),
      type: 'password',
      autocomplete: 'new-password',
    },
    errors,
  )
}

/** A question before something that is felt: what happens, and what stays. */
export function confirmPage(
  person: SigningPerson,
  reading: Reading,
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
      ${button(question.label, 'danger')}<a class="button" href="${at({ reading }, '/account')}"
        >${question.keep}</a
      >
    </div>`
  return showPage(
    question.title,
    html`<p class="lead">${question.effect}</p>
      ${postForm(question.action, form)}`,
    { signedInAs: person.email, language: reading.language },
  )
}
