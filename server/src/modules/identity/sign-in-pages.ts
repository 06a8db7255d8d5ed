import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import {
  button,
  hiddenField,
  inLanguages,
  notice,
  postForm,
  PROVIDER_NAME,
  showPage,
  textField,
} from '#platform/pages/index.ts'
import type { FieldError, PageOptions } from '#platform/pages/index.ts'
import type { DemoCode, DemoSignIn } from './door.ts'
import { PASSKEY_SCRIPT } from './passkey-script.ts'
import { waitWords } from './words.ts'
import { IDENTITY_WORDS } from './words/index.ts'
import type { IdentityWords } from './words/index.ts'

interface SignInView {
  readonly reading: Reading
  readonly returnTo: string
  readonly email?: string
  readonly errors?: readonly FieldError[]
  readonly demo?: readonly DemoSignIn[]
}

/** An address that leads back somewhere, in the language that was chosen. */
export function pathWithReturn(path: string, returnTo: string, { chosen }: Reading): string {
  return withLanguage(`${path}?return_to=${encodeURIComponent(returnTo)}`, chosen)
}

function demoCard({ name, email, password, role }: DemoSignIn, { returnTo, reading }: SignInView): Html {
  const fields = html`${hiddenField('email', email)}${hiddenField('password', password)}${hiddenField('return_to', returnTo)}`
  return html`<li>
    <form method="post" action="${withLanguage('/signin', reading.chosen)}">
      ${fields}<button class="card" lang="en">
        <b>${name}</b><span>${role}</span><span class="mono">${email}</span>
      </button>
    </form>
  </li>`
}

function demoSection(demo: readonly DemoSignIn[], view: SignInView): Html {
  const words = IDENTITY_WORDS[view.reading.language].demo
  const passwords = [...new Set(demo.map(({ password }) => password))]
  const [only] = passwords
  return html`<section aria-labelledby="demo">
    <h2 id="demo">${words.title}</h2>
    <p>${passwords.length === 1 ? words.leadOf(html`<code>${only}</code>`) : words.lead}</p>
    <ul class="cards">
      ${demo.map((person) => demoCard(person, view))}
    </ul>
  </section>`
}

/** Addresses at which somebody decides what a partner may do, and the one to which an application of a partner sends people. */
const DECISION = /^\/(?:oauth\/interaction|consent|links|access-requests|backchannel-requests)\//
const FROM_AN_APP = /^\/oauth\/interaction\//

/** Other ways to go on; none that leads away from what an application of a partner began. */
function otherWays(returnTo: string, { language, chosen }: Reading): Html {
  if (FROM_AN_APP.test(returnTo)) return html``
  const words = IDENTITY_WORDS[language].signIn
  return html`<p><a href="${withLanguage('/recover', chosen)}">${words.forgotten}</a></p>
    ${!DECISION.test(returnTo) && html`<p>${words.notPartner} <a href="/apply">${words.apply}</a></p>`}`
}

/** The first page of all. */
export function signInPage(view: SignInView, options: PageOptions = {}): HtmlPage {
  const { reading, returnTo, email, errors = [], demo = [] } = view
  const { chosen } = reading
  const words = IDENTITY_WORDS[reading.language]
  const address = textField(
    {
      name: 'email',
      label: words.email,
      type: 'email',
      autocomplete: 'username',
      maxLength: 254,
      isFocused: email === undefined,
      ...(email !== undefined && { value: email }),
    },
    errors,
  )
  const fields = html`${hiddenField('return_to', returnTo)}${address}${textField({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' }, errors)}
    <div class="buttons">
      ${button(words.signIn.button)}<a
        class="button"
        href="${pathWithReturn('/signin/passkey', returnTo, reading)}"
        >${words.passkey.use}</a
      >
    </div>`
  const decides = DECISION.test(returnTo)
  const body = html`${decides && html`<p class="lead">${words.signIn.promise}</p>`}${postForm(withLanguage('/signin', chosen), fields)}
  ${otherWays(returnTo, reading)} ${demo.length > 0 && demoSection(demo, view)}`
  return showPage(decides ? words.signIn.toDecide(PROVIDER_NAME) : words.signIn.title, body, {
    ...inLanguages(reading, `/signin?return_to=${encodeURIComponent(returnTo)}`),
    errors,
    ...(demo.length > 0 && { width: 'reading' }),
    ...options,
  })
}

/** A form that a passkey answers; hidden without script when `isOptional`, since then another way is on the page. */
export function passkeyForm(form: {
  readonly action: string
  readonly kind: 'get' | 'create'
  readonly options: string
  readonly label: string
  readonly words: IdentityWords
  readonly fields?: Html
  readonly isOptional?: boolean
}): Html {
  const { unable, known, none } = form.words.passkey
  return html`<form
    method="post"
    action="${form.action}"
    data-passkey="${form.kind}"
    data-options="${form.options}"
    data-unable="${unable}"
    data-known="${known}"
    data-none="${none}"
    ${form.isOptional === true && html` data-optional hidden`}
  >
    ${form.fields}${hiddenField('response', '')}
    <p class="field-error" data-say role="status" hidden></p>
    <div class="buttons"><button class="button main" hidden>${form.label}</button></div>
    ${form.isOptional === true && html`<hr />`}
  </form>`
}

/** Sign-in with nothing but a passkey. */
export function passkeyPage(view: {
  readonly reading: Reading
  readonly returnTo: string
  readonly options: string
  readonly errors?: readonly FieldError[]
}): HtmlPage {
  const { reading, returnTo, options, errors = [] } = view
  const words = IDENTITY_WORDS[reading.language]
  const form = passkeyForm({
    action: withLanguage('/signin/passkey', reading.chosen),
    kind: 'get',
    options,
    words,
    label: words.passkey.use,
    fields: hiddenField('return_to', returnTo),
  })
  const body = html`<p class="lead">${words.passkey.lead}</p>
    <noscript>${notice('info', html`<p>${words.passkey.needsScript}</p>`)}</noscript>${form}
    <p><a href="${pathWithReturn('/signin', returnTo, reading)}">${words.passkey.back}</a></p>`
  return showPage(words.passkey.title, body, {
    ...inLanguages(reading, `/signin/passkey?return_to=${encodeURIComponent(returnTo)}`),
    script: PASSKEY_SCRIPT,
    errors,
  })
}

function demoNotice({ waitSeconds }: DemoCode, { language }: Reading): Html {
  const words = IDENTITY_WORDS[language].demo
  const told = waitSeconds > 0 ? words.codeIn(waitWords(waitSeconds, language)) : words.code
  return notice('info', html`<p>${told}</p>`)
}

interface FactorView {
  readonly reading: Reading
  readonly title: string
  readonly action: string
  readonly hasTotp: boolean
  readonly passkeyOptions: string | null
  /** The code itself, for a made-up person of a demo installation. */
  readonly demoCode?: DemoCode | null
  readonly fields?: Html
  readonly errors?: readonly FieldError[]
  readonly lead: string
  readonly foot: Html
}

function codeForm({ reading, action, hasTotp, passkeyOptions, demoCode, fields, errors }: FactorView): Html {
  const words = IDENTITY_WORDS[reading.language]
  const { factor } = words
  const field = {
    name: 'code',
    label: hasTotp ? factor.code : factor.recovery,
    hint: hasTotp ? factor.codeHint : factor.recoveryHint,
    autocomplete: 'one-time-code',
    look: 'code',
    maxLength: 40,
    isFocused: passkeyOptions === null,
    ...(demoCode && { value: demoCode.code }),
  } as const
  const look = passkeyOptions === null ? 'main' : 'plain'
  return postForm(
    action,
    html`${fields}${textField(field, errors)}
      <div class="buttons">${button(words.goOn, look)}</div>`,
  )
}

/** Shows a second factor: passkey, code of the app, or a recovery code. */
export function factorPage(view: FactorView, options: PageOptions = {}): HtmlPage {
  const { reading, title, action, passkeyOptions, demoCode, fields, errors = [], lead, foot } = view
  const words = IDENTITY_WORDS[reading.language]
  const passkey =
    passkeyOptions !== null &&
    passkeyForm({
      action,
      kind: 'get',
      options: passkeyOptions,
      words,
      label: words.passkey.use,
      isOptional: true,
      ...(fields && { fields }),
    })
  const body = html`<p class="lead">${lead}</p>
    ${demoCode && demoNotice(demoCode, reading)}${passkey}${codeForm(view)}${foot}`
  return showPage(title, body, {
    language: reading.language,
    errors,
    ...(passkeyOptions !== null && { script: PASSKEY_SCRIPT }),
    ...options,
  })
}
