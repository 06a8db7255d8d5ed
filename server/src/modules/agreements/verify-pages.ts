import { formatInstant } from '@liaison/access'
import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, facts, notice, PROVIDER_NAME, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { FILE_CHECK_PATH } from '#platform/http/uploaded-file.ts'

type Anybody = Mandate<'identity'>

const Known = z
  .object({
    kind: z.enum(['agreement', 'file_signed', 'file_approved']),
    signed_at: z.string(),
    approved_at: z.string().nullable(),
    partner_name: z.string().nullable(),
    title: z.string().nullable(),
    version: z.int().nullable(),
  })
  .nullable()

type Known = z.output<typeof Known>

/** What anybody may know of a fingerprint: null for one that is unknown. */
async function verify(mandate: Anybody, sha256: string): Promise<Known> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.verify_agreement($1) as answer', values: [Buffer.from(sha256, 'hex')] },
  ])
  return Known.parse(result?.rows[0]?.['answer'] ?? null)
}

const SAID: Readonly<Record<NonNullable<Known>['kind'], string>> = {
  agreement: `This is the fingerprint of an agreement that was signed with ${PROVIDER_NAME}. Text and terms are exactly those.`,
  file_signed: `This is a file that ${PROVIDER_NAME} sealed when the agreement was signed. Not one byte of it was changed.`,
  file_approved: `This is a file that ${PROVIDER_NAME} sealed when the agreement was confirmed. Not one byte of it was changed.`,
}

const checkForms = (errors: readonly FieldError[] = [], sha256 = '') =>
  html`<form method="get" action="/verify">
      ${textField({ name: 'sha256', label: 'Fingerprint', hint: '64 digits and letters from a to f, from the certificate page.', value: sha256, look: 'digest', maxLength: 100 }, errors)}
      <div class="buttons">${button('Check the fingerprint')}</div>
    </form>
    <form method="post" action="${FILE_CHECK_PATH}" enctype="multipart/form-data">
      <div class="field">
        <label for="file">Or the file itself</label>
        <p class="hint" id="file-hint">A PDF of at most 5 MB. It is compared and not kept.</p>
        <input id="file" name="file" type="file" accept="application/pdf" aria-describedby="file-hint" />
      </div>
      <div class="buttons">${button('Check the file', 'plain')}</div>
    </form>`

const session = (mandate: Anybody) => (mandate.session ? { signedInAs: mandate.session.personName } : {})

function answerPage(mandate: Anybody, sha256: string, known: Known): HtmlPage {
  const shown: readonly [string, ReturnType<typeof html>] = [
    'Fingerprint',
    html`<span class="mono">${sha256}</span>`,
  ]
  if (!known)
    return showPage(
      'Unknown',
      html`${notice('bad', html`<p>No signed agreement and no sealed file has this fingerprint.</p>`)}
        ${facts([shown])}
        <p>
          A file that was changed in any way, even by saving it again, has another fingerprint. Ask whoever
          gave it to you for the file as it was sent.
        </p>
        <div class="buttons"><a class="button" href="/verify">Check another</a></div>`,
      { ...session(mandate), width: 'reading' },
    )
  const lines: (readonly [string, ReturnType<typeof html> | string])[] = [
    shown,
    ['Signed', formatInstant(new Date(known.signed_at))],
    ['Confirmed', known.approved_at === null ? 'Not yet' : formatInstant(new Date(known.approved_at))],
  ]
  if (known.title !== null)
    lines.push(
      ['Agreement', `${known.title}, version ${known.version ?? 0}`],
      ['Between', `${known.partner_name ?? ''} and ${PROVIDER_NAME}`],
    )
  return showPage(
    'Valid',
    html`${notice('ok', html`<p>${SAID[known.kind]}</p>`)} ${facts(lines)}
      ${known.title === null && html`<p class="muted">Who it is between is shown to its owners and to ${PROVIDER_NAME} alone.</p>`}
      <div class="buttons"><a class="button" href="/verify">Check another</a></div>`,
    { ...session(mandate), width: 'reading' },
  )
}

function formPage(mandate: Anybody, errors: readonly FieldError[] = [], sha256 = ''): HtmlPage {
  return showPage(
    'Check an agreement',
    html`<p class="lead">
        See whether a fingerprint or a file is that of an agreement that was signed with ${PROVIDER_NAME}.
        Nobody is told that you asked.
      </p>
      ${checkForms(errors, sha256)}`,
    { ...session(mandate), errors, width: 'form' },
  )
}

const FINGERPRINT = /^[0-9a-f]{64}$/
const ANYBODY = {
  identity: 'Anybody may check a fingerprint; names are shown to whoever may read the agreement.',
} as const

/** The public pages on which a fingerprint or a file is checked (D4). */
export const verifyPages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/verify',
    summary: 'Check a fingerprint or a file',
    input: { query: z.strictObject({ sha256: z.string().max(200).optional() }) },
    access: ANYBODY,
    limit: 'stranger',
    async handle({ mandate, query }) {
      if (query.sha256 === undefined) return formPage(mandate)
      const sha256 = query.sha256.replaceAll(/\s/g, '').toLowerCase()
      return FINGERPRINT.test(sha256)
        ? answerPage(mandate, sha256, await verify(mandate, sha256))
        : formPage(
            mandate,
            [{ field: 'sha256', message: 'Enter the 64 digits and letters of the fingerprint' }],
            query.sha256,
          )
    },
  }),
  page({
    method: 'GET',
    path: '/verify/agreements/:sha256',
    summary: 'Whether a fingerprint is that of a signed agreement',
    input: {
      params: z.strictObject({
        sha256: z.string().regex(FINGERPRINT, 'must be a SHA-256 in lower-case hexadecimal'),
      }),
    },
    access: ANYBODY,
    limit: 'stranger',
    handle: async ({ mandate, params }) =>
      answerPage(mandate, params.sha256, await verify(mandate, params.sha256)),
  }),
  page({
    method: 'POST',
    path: FILE_CHECK_PATH,
    summary: 'Whether a file is one that was sealed here; it is not kept',
    input: {
      body: z.strictObject({ file_sha256: z.string().regex(FINGERPRINT).optional() }).optional(),
    },
    access: ANYBODY,
    limit: 'stranger',
    bodyLimitBytes: 5_300_000,
    async handle({ mandate, body }) {
      const sha256 = body?.file_sha256
      return sha256 === undefined
        ? formPage(mandate, [{ field: 'file', message: 'Choose a file' }])
        : answerPage(mandate, sha256, await verify(mandate, sha256))
    },
  }),
]
