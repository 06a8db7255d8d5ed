import type { Registers } from './registers.ts'
import type { Answers } from './tables.ts'

export const CHECK_NAMES = [
  'company_number',
  'company_register',
  'sanctions',
  'email_domain',
  'duplicates',
] as const

export type CheckName = (typeof CHECK_NAMES)[number]

/** `look`: a person should look closer; `not_asked`: this kind is not asked what the check needs. */
export type CheckResult = 'ok' | 'look' | 'failed' | 'not_asked'

/** One check of an application, in words for the reviewer. */
export interface Check {
  readonly name: CheckName
  readonly result: CheckResult
  readonly detail: string
  /** Which register answered, where one was asked. */
  readonly source: string | null
}

/** A partner or another application that may be the same company. */
export interface Lookalike {
  readonly name: string
  readonly what: 'partner' | 'application'
  readonly by: 'company_number' | 'name' | 'domain'
}

/** The form of company numbers, by country, without separators. Countries that are not listed are looked at by a person. */
const NUMBER_FORMS: Readonly<Record<string, RegExp>> = {
  AT: /^FN?\d{1,6}[A-Z]$|^\d{1,6}[A-Z]$/,
  AU: /^\d{9}$|^\d{11}$/,
  BE: /^[01]\d{9}$/,
  CA: /^\d{7,9}$/,
  CH: /^CHE\d{9}$/,
  CZ: /^\d{8}$/,
  DE: /^HR[AB]\d{1,6}[A-Z]{0,2}$/,
  DK: /^\d{8}$/,
  ES: /^[A-Z]\d{7}[A-Z0-9]$/,
  FI: /^\d{8}$/,
  FR: /^\d{9}$|^\d{14}$/,
  GB: /^\d{8}$|^[A-Z]{2}\d{6}$/,
  IE: /^\d{5,6}$/,
  IT: /^\d{11}$/,
  NL: /^\d{8}$/,
  NO: /^\d{9}$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  SE: /^\d{10}$/,
  US: /^\d{9}$|^[A-Z]?\d{6,8}$/,
}

const plain = (number: string) => number.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

function checkNumber(answers: Answers): Check {
  const name = 'company_number'
  const { registration_no: number, country } = answers
  if (number === undefined)
    return { name, result: 'not_asked', detail: 'No company number was asked for.', source: null }
  const form = country === undefined ? undefined : NUMBER_FORMS[country]
  if (!form)
    return {
      name,
      result: 'look',
      detail: `We know no form of company numbers for ${country ?? 'no country'}.`,
      source: null,
    }
  const isRight = form.test(plain(number))
  const detail = isRight
    ? `${number} has the form of a company number in ${country}.`
    : `${number} does not have the form of a company number in ${country}.`
  return { name, result: isRight ? 'ok' : 'failed', detail, source: null }
}

/** Anybody can have an address there, so it says nothing of a company. */
const PUBLIC_MAIL = new Set([
  'aol.com',
  'gmail.com',
  'gmx.com',
  'gmx.de',
  'googlemail.com',
  'hotmail.com',
  'icloud.com',
  'mail.com',
  'outlook.com',
  'proton.me',
  'protonmail.com',
  'yahoo.com',
])

/** The part after the @, or null for a mail service that anybody can use. */
export function companyDomain(email: string): string | null {
  const domain = email.slice(email.lastIndexOf('@') + 1)
  return PUBLIC_MAIL.has(domain) ? null : domain
}

function hostOf(website: string | undefined): string | null {
  const host = website === undefined ? undefined : URL.parse(website)?.hostname
  return host?.replace(/^www\./, '') ?? null
}

/** Whether an address belongs to the website: the same host, or one inside the other. */
function belongsTo(domain: string, host: string): boolean {
  return domain === host || domain.endsWith(`.${host}`) || host.endsWith(`.${domain}`)
}

function checkDomain(answers: Answers, email: string): Check {
  const name = 'email_domain'
  const [domain, host] = [companyDomain(email), hostOf(answers['website'])]
  if (domain === null)
    return {
      name,
      result: 'look',
      detail: `${email} is at a mail service that anybody can use. Make sure that they speak for the company.`,
      source: null,
    }
  if (host === null)
    return { name, result: 'look', detail: `No website to compare ${domain} with.`, source: null }
  const isOwn = belongsTo(domain, host)
  const detail = isOwn
    ? `The address ${email} was verified and belongs to ${host}.`
    : `The address ${email} was verified, but does not belong to ${host}.`
  return { name, result: isOwn ? 'ok' : 'look', detail, source: null }
}

const BY_WORDS = {
  company_number: 'has the same company number',
  name: 'has the same name',
  domain: 'has the same e-mail domain',
} as const

function checkLookalikes(lookalikes: readonly Lookalike[]): Check {
  const name = 'duplicates'
  if (lookalikes.length === 0)
    return {
      name,
      result: 'ok',
      detail: 'No partner and no open application looks like this one.',
      source: null,
    }
  const isSame = lookalikes.some(({ what, by }) => what === 'partner' && by === 'company_number')
  const detail = lookalikes
    .map((one) => `The ${one.what} ${one.name} ${BY_WORDS[one.by]}.`)
    .slice(0, 10)
    .join(' ')
  return { name, result: isSame ? 'failed' : 'look', detail, source: null }
}

async function checkRegister({ companies }: Registers, answers: Answers): Promise<Check> {
  const name = 'company_register'
  const source = companies.name
  const company = {
    name: answers['organisation'] ?? '',
    country: answers['country'] ?? null,
    registrationNo: answers['registration_no'] ?? null,
  }
  const found = await companies.find(company)
  switch (found.is) {
    case 'found':
      return { name, result: 'ok', detail: `Registered as ${found.name}.`, source }
    case 'not_found':
      return { name, result: 'look', detail: 'The register does not know this number.', source }
    case 'dissolved':
      return { name, result: 'failed', detail: 'The register says that this company is dissolved.', source }
    case 'not_asked':
      return { name, result: 'not_asked', detail: 'There is no company number to ask for.', source }
  }
}

async function checkSanctions({ sanctions }: Registers, answers: Answers): Promise<Check> {
  const names = [answers['organisation'], answers['contact_name'], answers['signer_name']].filter(
    (name) => name !== undefined,
  )
  const matches = await sanctions.findMatches(names)
  return {
    name: 'sanctions',
    result: matches.length === 0 ? 'ok' : 'failed',
    detail: matches.length === 0 ? 'None of the names is on a list.' : `On a list: ${matches.join(', ')}.`,
    source: sanctions.name,
  }
}

/** Everything that is checked about an application before somebody decides, in a fixed order. */
export async function checkApplication(
  registers: Registers,
  application: { readonly answers: Answers; readonly contactEmail: string },
  lookalikes: readonly Lookalike[],
): Promise<readonly Check[]> {
  const { answers, contactEmail } = application
  return [
    checkNumber(answers),
    await checkRegister(registers, answers),
    await checkSanctions(registers, answers),
    checkDomain(answers, contactEmail),
    checkLookalikes(lookalikes),
  ]
}
