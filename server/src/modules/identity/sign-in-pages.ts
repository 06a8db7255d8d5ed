import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { button, hiddenField, notice, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError, PageOptions } from '#platform/pages/index.ts'
import type { DemoCode, DemoSignIn } from './door.ts'
import { PASSKEY_SCRIPT } from './passkey-script.ts'
import { waitWords } from './words.ts'

interface SignInView {
  readonly returnTo: string
  readonly email?: string
  readonly errors?: readonly FieldError[]
  readonly demo?: readonly DemoSignIn[]
  readonly note?: Html
}

function demoCard({ name, email, password, role }: DemoSignIn, returnTo: string): Html {
  const fields = html`${hiddenField('email', email)}${hiddenField('password', password)}${hiddenField('return_to', returnTo)}`
  return html`<li>
    <form method="post" action="/signin">
      ${fields}<button class="card">
        <b>${name}</b><span>${role}</span><span class="mono">${email}</span>
      </button>
    </form>
  </li>`
}

function demoSection(demo: readonly DemoSignIn[], returnTo: string): Html {
  const passwords = [...new Set(demo.map(({ password }) => password))]
  const [only] = passwords
  return html`<section aria-labelledby="demo">
    <h2 id="demo">This is a demo installation</h2>
    <p>
      Everybody here is made up. Choose who you want to
      be${passwords.length === 1 && html`, or type an address and the password <code>${only}</code>`}.
    </p>
    <ul class="cards">
      ${demo.map((person) => demoCard(person, returnTo))}
    </ul>
  </section>`
}

/** The first page of all. */
export function signInPage(view: SignInView, options: PageOptions = {}): HtmlPage {
  const { returnTo, email, errors = [], demo = [], note } = view
  const passkeyPath = `/signin/passkey?return_to=${encodeURIComponent(returnTo)}`
  const fields = html`${hiddenField('return_to', returnTo)}${textField({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', maxLength: 254, isFocused: email === undefined, ...(email !== undefined && { value: email }) }, errors)}${textField({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }, errors)}
    <div class="buttons">${button('Sign in')}<a class="button" href="${passkeyPath}">Use a passkey</a></div>`
  const body = html`${note}${postForm('/signin', fields)}
    <p><a href="/recover">Forgotten your password?</a></p>
    <p>Not a partner yet? <a href="/apply">Apply to become one</a></p>
    ${demo.length > 0 && demoSection(demo, returnTo)}`
  return showPage('Sign in', body, { errors, ...(demo.length > 0 && { width: 'reading' }), ...options })
}

/** A form that a passkey answers; hidden without script when `isOptional`, since then another way is on the page. */
export function passkeyForm(form: {
  readonly action: string
  readonly kind: 'get' | 'create'
  readonly options: string
  readonly label: string
  readonly fields?: Html
  readonly isOptional?: boolean
}): Html {
  return html`<form
    method="post"
    action="${form.action}"
    data-passkey="${form.kind}"
    data-options="${form.options}"
    ${form.isOptional === true && html` data-optional hidden`}
  >
    ${form.fields}${hiddenField('response', '')}
    <p class="field-error" data-say role="status" hidden></p>
    <div class="buttons"><button class="button main" hidden>${form.label}</button></div>
    ${form.isOptional === true && html`<hr />`}
  </form>`
}

const NO_SCRIPT = html`<noscript
  >${notice('info', html`<p>Passkeys need JavaScript. Everything else here works without it.</p>`)}</noscript
>`

/** Sign-in with nothing but a passkey. */
export function passkeyPage(view: {
  readonly returnTo: string
  readonly options: string
  readonly errors?: readonly FieldError[]
}): HtmlPage {
  const { returnTo, options, errors = [] } = view
  const form = passkeyForm({
    action: '/signin/passkey',
    kind: 'get',
    options,
    label: 'Use a passkey',
    fields: hiddenField('return_to', returnTo),
  })
  const body = html`<p class="lead">
      Your device asks for your fingerprint, your face or its PIN. No password is needed.
    </p>
    ${NO_SCRIPT}${form}
    <p><a href="/signin?return_to=${encodeURIComponent(returnTo)}">Sign in with e-mail and password</a></p>`
  return showPage('Sign in with a passkey', body, { script: PASSKEY_SCRIPT, errors })
}

function demoNotice({ waitSeconds }: DemoCode): Html {
  const wait =
    waitSeconds > 0 &&
    html` The last one was used a moment ago; this one is taken in ${waitWords(waitSeconds)}.`
  return notice(
    'info',
    html`<p>Nobody in this demo has a phone, so the code is filled in for you.${wait}</p>`,
  )
}

interface FactorView {
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

function codeForm({ action, hasTotp, passkeyOptions, demoCode, fields, errors }: FactorView): Html {
  const field = {
    name: 'code',
    label: hasTotp ? 'Code' : 'Recovery code',
    hint: hasTotp
      ? 'Six digits from your authenticator app. A recovery code works too.'
      : 'One of the ten codes that you kept when you set up your passkey.',
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
      <div class="buttons">${button('Continue', look)}</div>`,
  )
}

/** Shows a second factor: passkey, code of the app, or a recovery code. */
export function factorPage(view: FactorView, options: PageOptions = {}): HtmlPage {
  const { title, action, passkeyOptions, demoCode, fields, errors = [], lead, foot } = view
  const passkey =
    passkeyOptions !== null &&
    passkeyForm({
      action,
      kind: 'get',
      options: passkeyOptions,
      label: 'Use a passkey',
      isOptional: true,
      ...(fields && { fields }),
    })
  const body = html`<p class="lead">${lead}</p>
    ${demoCode && demoNotice(demoCode)}${passkey}${codeForm(view)}${foot}`
  return showPage(title, body, {
    errors,
    ...(passkeyOptions !== null && { script: PASSKEY_SCRIPT }),
    ...options,
  })
}
