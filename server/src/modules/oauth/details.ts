import {
  ACTION_NAMES,
  isAction,
  OWN_SCOPE_NAMES,
  parseLinkRole,
  SCOPE_NAMES,
  scopeOfAction,
} from '@liaison/access'
import type { Action } from '@liaison/access'
import { z } from 'zod'
import { plainText } from '#platform/route-input.ts'

const action = z.enum(ACTION_NAMES.filter(isAction))
const customerId = z.string().regex(/^ten_[0-9A-Za-z]{1,40}$/)
const billingAccountNumber = plainText(1, 64).min(1)
const customerRef = z.string().regex(/^crf_[0-9a-f]{32}$/)

/** ISO 8601 duration in whole years, months, weeks, days or hours. */
const DURATION = /^P(?=\d|T\d)(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(\d{1,5})H)?$/
const UNIT_SECONDS = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3600] as const

/** Seconds of an ISO 8601 duration; null for a text of another form. A month counts 30 days, a year 365. */
export function secondsOfDuration(text: string): number | null {
  const parts = DURATION.exec(text)
  if (!parts) return null
  return UNIT_SECONDS.reduce((sum, unit, index) => sum + unit * Number(parts[index + 1] ?? 0), 0)
}

/** The kind of data that an action is about: the first word of its scope. */
function datatypeOf(name: Action): string {
  return scopeOfAction(name).replace(/\..*$/, '')
}

const DATATYPES = [...new Set(ACTION_NAMES.filter(isAction).map(datatypeOf))]

/** What is wrong with kinds of data beside actions: each action is about one of them, and each of them has an action. */
function findDatatypeFaults(actions: readonly Action[], datatypes: readonly string[]): string[] {
  const outside = actions.filter((name) => !datatypes.includes(datatypeOf(name)))
  const idle = datatypes.filter((kind) => !actions.some((name) => datatypeOf(name) === kind))
  return [
    ...(outside.length > 0 ? [`${outside.join(', ')} concern what is not named here`] : []),
    ...(idle.length > 0 ? [`no action concerns ${idle.join(', ')}`] : []),
  ]
}

/** The one type of authorization details, as a client asks for it at the pushed authorization request (A4, RFC 9396). */
export const RequestedDetail = z
  .strictObject({
    type: z.literal('partner_access'),
    locations: z.array(z.url().max(300)).max(5).optional(),
    actions: z.array(action).min(1).max(ACTION_NAMES.length),
    datatypes: z.array(z.enum(DATATYPES)).min(1).max(DATATYPES.length).optional().meta({
      description:
        'The kinds of data of the actions: each action concerns one of them, and each has an action.',
    }),
    customer_hint: plainText(1, 64).min(1).optional(),
    role: z
      .string()
      .max(60)
      .refine((text) => parseLinkRole(text.toLowerCase()) !== null, 'is no role of a link')
      .optional()
      .meta({
        description:
          "The role of a link in which the partner's people work for this customer. It is no request: what is granted is said by the actions alone, and nothing is added to them or taken from them for it.",
      }),
    access_duration: z.string().max(20).regex(DURATION).optional(),
    purpose: plainText(1, 500).trim().min(1).optional(),
    reference: plainText(1, 200).min(1).optional(),
  })
  .superRefine(({ actions, datatypes }, context) => {
    if (datatypes === undefined) return
    for (const message of findDatatypeFaults(actions, datatypes))
      context.addIssue({ code: 'custom', path: ['datatypes'], message })
  })
  .meta({
    id: 'PartnerAccessRequest',
    title: 'partner_access, as it is asked for',
    description: 'The tenant picks the billing account; `customer_hint` only highlights one.',
  })

export type RequestedDetail = z.output<typeof RequestedDetail>

/** What a refresh, a client-credentials request or a token exchange names: one billing account, and perhaps fewer actions. */
export const ChosenDetail = z
  .strictObject({
    type: z.literal('partner_access'),
    customer_id: customerId.optional(),
    customer_ban: billingAccountNumber.optional(),
    customer_ref: customerRef.optional(),
    actions: z.array(action).min(1).max(ACTION_NAMES.length).optional(),
    locations: z.array(z.url().max(300)).max(5).optional(),
    expires_at: z.iso
      .datetime({ offset: true })
      .max(40)
      .optional()
      .meta({ description: 'An earlier end than was granted; the token ends by then.' }),
  })
  .refine(({ customer_ban: ban, customer_ref: ref }) => ban === undefined || ref === undefined, {
    message: 'name the account by its number or by its reference, not by both',
  })
  .meta({
    id: 'PartnerAccessChoice',
    title: 'partner_access, as it is chosen from what was granted',
  })

export type ChosenDetail = z.output<typeof ChosenDetail>

/** What was granted, as the token response, the token and introspection say it. */
export const GrantedDetail = z
  .strictObject({
    type: z.literal('partner_access'),
    customer_id: customerId,
    customer_ban: billingAccountNumber.optional().meta({
      description: 'The billing account; absent where the partner is given references.',
    }),
    customer_ref: customerRef.optional().meta({
      description: 'What stands for the billing account with this partner alone.',
    }),
    actions: z.array(action),
    locations: z.array(z.string()),
    expires_at: z.string().optional(),
  })
  .meta({ id: 'PartnerAccess', title: 'partner_access, as it was granted' })

export type GrantedDetail = z.output<typeof GrantedDetail>

/** The text of the faults of details, for `error_description`: which field, and what is wrong with it. */
function describeFaults(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'authorization_details'}: ${message}`)
    .join('; ')
    .replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")
}

/** Either details of the right form, or what is wrong with them in words. */
export type Parsed<Detail> = { readonly detail: Detail } | { readonly fault: string }

/** Reads one requested detail. */
export function parseRequested(value: unknown): Parsed<RequestedDetail> {
  const parsed = RequestedDetail.safeParse(value)
  return parsed.success ? { detail: parsed.data } : { fault: describeFaults(parsed.error) }
}

/** Reads a choice, from the text of the parameter; null when the parameter is missing. */
export function parseChoice(text: unknown): Parsed<ChosenDetail> | null {
  if (text === undefined) return null
  if (typeof text !== 'string') return { fault: 'authorization_details must be one JSON array' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { fault: 'authorization_details is not JSON' }
  }
  const parsed = z.tuple([ChosenDetail]).safeParse(value)
  return parsed.success ? { detail: parsed.data[0] } : { fault: describeFaults(parsed.error) }
}

/** The actions whose scope is not among the given ones: asking for them makes no sense. */
export function actionsOutside(actions: readonly Action[], scopes: ReadonlySet<string>): Action[] {
  return actions.filter((name) => !scopes.has(scopeOfAction(name)))
}

/** The actions that a set of scopes covers, in the order of the documents. */
export function actionsWithin(actions: readonly string[], scopes: ReadonlySet<string>): Action[] {
  return ACTION_NAMES.filter((name) => actions.includes(name) && scopes.has(scopeOfAction(name)))
}

/** Scopes in the order of the documents, those of our API alone. */
export function orderScopes(scopes: Iterable<string>): string[] {
  const wanted = new Set(scopes)
  return [...SCOPE_NAMES, ...OWN_SCOPE_NAMES].filter((scope) => wanted.has(scope))
}
