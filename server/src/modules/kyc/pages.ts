import { z } from 'zod'
import { realmPath, registerRealmPage, showRealmPage } from '#modules/realms/index.ts'
import { redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { cancelCheck, faultOfBirthDate, readStanding, startCheck, submitCheck } from './apply.ts'
import { formBody, PAGE, standingBody, typedOf } from './page-view.ts'
import type { Typed } from './page-view.ts'
import { StatementInput } from './statement.ts'

registerRealmPage({
  path: PAGE,
  label: 'Identity check',
  permission: 'realm.identity_check.submit',
  position: 20,
})

const Params = z.strictObject({ slug: z.string().max(63) })
const Text = z.string().max(1000).default('')
const Form = z.strictObject({
  legal_name: Text,
  birth_date: Text,
  country: Text,
  document_kind: Text,
  document_number: Text,
})
const Pressed = z.strictObject({}).default({})
const ACCESS = { realm: 'realm.identity_check.submit' } as const

/** What to do about each field, in the words of the form. */
const FAULTS: Readonly<Record<keyof Typed, string>> = {
  legal_name: 'Enter your full name, in at most 200 characters.',
  birth_date: 'Enter your date of birth.',
  document_kind: 'Choose the document.',
  country: 'Choose the country that issued the document.',
  document_number: 'Enter the number of the document, in at most 60 characters.',
}

const FIELDS = ['legal_name', 'birth_date', 'document_kind', 'country', 'document_number'] as const

async function showStanding(mandate: Mandate<'realm'>): Promise<HtmlPage> {
  const standing = await readStanding(mandate)
  const { check } = standing
  if (check && (check.state === 'draft' || check.state === 'resubmit'))
    return showForm(mandate, { typed: typedOf(check), errors: [] })
  return showRealmPage(mandate, standingBody(mandate, standing), { current: PAGE, width: 'reading' })
}

async function showForm(
  mandate: Mandate<'realm'>,
  form: { readonly typed: Typed; readonly errors: readonly FieldError[] },
): Promise<HtmlPage> {
  const { check } = await readStanding(mandate)
  if (!check) return redirect(realmPath(mandate, PAGE))
  return showRealmPage(
    mandate,
    { title: 'Confirm your identity', body: formBody(mandate, check, form) },
    { errors: form.errors, current: PAGE },
  )
}

/** Whatever else was done in between, the page shows how things stand. */
async function orShow(mandate: Mandate<'realm'>, work: Promise<unknown>): Promise<HtmlPage> {
  try {
    await work
  } catch (error) {
    const isPassing = error instanceof ProblemError && (error.status === 409 || error.status === 404)
    if (!isPassing || error.code === 'IDENTITY_VENDOR_UNAVAILABLE') throw error
  }
  return redirect(realmPath(mandate, PAGE))
}

function faultsOf(typed: Typed, now: Date): FieldError[] {
  const parsed = StatementInput.safeParse(typed)
  const wrong = new Set(parsed.success ? [] : parsed.error.issues.map(({ path }) => path[0]))
  if (!wrong.has('birth_date') && faultOfBirthDate(typed.birth_date, now) !== null) wrong.add('birth_date')
  return FIELDS.filter((field) => wrong.has(field)).map((field) => ({ field, message: FAULTS[field] }))
}

/** The pages on which an end user has the own identity checked; they work without script (C8). */
export function makeIdentityCheckPages(services: Services): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: `/p/:slug/${PAGE}`,
      summary: 'How the own identity check stands, and what to do next',
      input: { params: Params },
      access: ACCESS,
      limit: 'page',
      handle: ({ mandate }) => showStanding(mandate),
    }),
    page({
      method: 'POST',
      path: `/p/:slug/${PAGE}/begin`,
      summary: 'Begin an identity check',
      input: { params: Params, body: Pressed },
      access: ACCESS,
      limit: 'page',
      handle: ({ mandate }) => orShow(mandate, startCheck(mandate, services)),
    }),
    page({
      method: 'POST',
      path: `/p/:slug/${PAGE}`,
      summary: 'Send the own identity check in',
      input: { params: Params, body: Form },
      access: ACCESS,
      limit: 'page',
      async handle({ mandate, body: typed }) {
        const errors = faultsOf(typed, mandate.origin.now)
        if (errors.length > 0) return showForm(mandate, { typed, errors })
        const stated = StatementInput.parse(typed)
        return orShow(mandate, submitCheck({ mandate, origin: services.publicOrigin() }, stated))
      },
    }),
    page({
      method: 'POST',
      path: `/p/:slug/${PAGE}/cancel`,
      summary: 'Take the own identity check back',
      input: { params: Params, body: Pressed },
      access: ACCESS,
      limit: 'page',
      handle: ({ mandate }) => orShow(mandate, cancelCheck(mandate)),
    }),
  ]
}
