import { PARTNER_KINDS } from './tables.ts'
import type { PartnerKind } from './tables.ts'

/** What the form sent, as it came in. */
export type Entered = Readonly<Partial<Record<FieldName, string | undefined>>>
export type FieldName = 'organisation' | 'kind' | 'website' | 'contact_name' | 'contact_email' | 'purpose'

/** An application that can be taken. */
export interface NewApplication {
  readonly organisation: string
  readonly kind: PartnerKind
  readonly website: string | null
  readonly contactName: string
  readonly contactEmail: string
  readonly purpose: string
}

export interface ApplicationFault {
  readonly field: FieldName
  readonly message: string
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/
// oxlint-disable-next-line no-control-regex
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

function isText(text: string, maximum: number, control = CONTROL): boolean {
  return text !== '' && text.length <= maximum && !control.test(text) && text.isWellFormed()
}

function parseWebsite(text: string): string | null {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`
  const url = URL.parse(withScheme)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  return url.hostname.includes('.') && url.username === '' && url.password === '' ? url.href : null
}

const isEmail = (text: string) =>
  text.length <= 254 &&
  text.isWellFormed() &&
  !CONTROL.test(text) &&
  /^[^@\s<>"',;]+@[^@\s.<>"',;]+(\.[^@\s.<>"',;]+)+$/.test(text)

/** What the form says, or everything that is wrong with it. */
export function parseApplication(
  entered: Entered,
): { readonly application: NewApplication } | { readonly faults: readonly ApplicationFault[] } {
  const take = (name: FieldName) => (entered[name] ?? '').trim()
  const faults: ApplicationFault[] = []
  const demand = (isRight: boolean, field: FieldName, message: string) => {
    if (!isRight) faults.push({ field, message })
  }
  const kind = PARTNER_KINDS.find((name) => name === take('kind'))
  const website = take('website') === '' ? null : parseWebsite(take('website'))
  const contactEmail = take('contact_email').toLowerCase()
  const purpose = take('purpose').replaceAll('\r\n', '\n')
  demand(isText(take('organisation'), 200), 'organisation', 'Enter the name of your organisation.')
  demand(kind !== undefined, 'kind', 'Choose what you want to do.')
  demand(
    take('website') === '' || (website !== null && website.length <= 200),
    'website',
    'Enter the address of your website, for example www.company.example, or leave it empty.',
  )
  demand(isText(take('contact_name'), 200), 'contact_name', 'Enter your name.')
  demand(
    isEmail(contactEmail),
    'contact_email',
    'Enter your e-mail address, for example name@company.example.',
  )
  demand(
    isText(purpose, 2000, CONTROL_BUT_LINES),
    'purpose',
    'Tell us what you plan, in at most 2,000 characters.',
  )
  if (faults.length > 0 || kind === undefined) return { faults }
  const [organisation, contactName] = [take('organisation'), take('contact_name')]
  return { application: { organisation, kind, website, contactName, contactEmail, purpose } }
}

/** A code for a partner, from its name: lower-case letters, digits and hyphens, at most 50. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '')
  return plain.length >= 2 ? plain : `partner${plain === '' ? '' : `-${plain}`}`
}
