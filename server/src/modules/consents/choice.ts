import { ACTION_NAMES, decodeId, isAction } from '@liaison/access'
import { z } from 'zod'
import { areaText } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { resultOf } from './decide.ts'
import { currenciesOf, currenciesToDecide, idOfLimit, readLimits } from './order-limits.ts'
import { LONGEST_NETWORKS_TEXT, MOST_NETWORKS, Network, readNetworks } from './networks.ts'
import { LONGEST_BOUND, readBound } from './revocation-bound.ts'
import { readLastDay } from './rules.ts'
import { ALL_ACCOUNTS, MOST_CHOSEN, offersAll, sharableAccounts, unavailableBecause } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Choice } from './tables.ts'

const Many = z.union([z.string().max(100), z.array(z.string().max(100)).max(600)]).optional()

/** What the choosing form sends: ticks that are off are not sent at all. */
export const ReviewForm = z.strictObject({
  shown: z.string().max(100),
  account: Many,
  action: Many,
  ends_on: z.string().max(20).default(''),
  /** The currencies for which a limit was asked, and what was written for each, in the same order. */
  limit_currency: Many,
  limit: Many,
  /** Within how many seconds a revocation has to count. */
  stop_within: z.string().max(20).default(''),
  /** The networks that calls may come from, one a line. */
  networks: areaText(LONGEST_NETWORKS_TEXT).default(''),
  /** What accounts are looked for by, and by what those that were shown had been. */
  find: z.string().max(100).default(''),
  found: z.string().max(100).default(''),
  /** The form is to be shown again: with the accounts that are looked for, or with all; `enter` is no button, but the key. */
  next: z.enum(['find', 'all', 'enter']).optional(),
  /** The same, to be changed; apart, since servers of before know it, and a page of theirs may still be open. */
  change: z.literal('1').optional(),
})

type ReviewInput = z.output<typeof ReviewForm>

const ChoiceForm = z.strictObject({
  accounts: z.array(z.uuid()).min(1).max(MOST_CHOSEN),
  actions: z.array(z.enum(ACTION_NAMES)).min(1),
  ends_at: z.iso.datetime(),
  order_limits: z.record(z.string().regex(/^[A-Z]{3}$/), z.int().min(1).max(999_999_999_999_999)).default({}),
  max_revocation_seconds: z.int().min(1).max(LONGEST_BOUND).nullable().default(null),
  networks: z.array(Network).max(MOST_NETWORKS).optional(),
})

function listOf(value: z.output<typeof Many>): string[] {
  return value === undefined ? [] : [...new Set([value].flat())]
}

/** Accounts that were sent but do not belong to the organisation: nobody gets there with the form as it was shown. */
export function findForeignAccounts(accounts: readonly string[], scene: Scene): string[] {
  const own = new Set(scene.accounts.map(({ id }) => id))
  return accounts.filter((id) => !own.has(id))
}

function requireUnaltered(isTrue: boolean, { words }: Scene): void {
  if (!isTrue) throw new ProblemError(422, 'VALIDATION_ERROR', words.problems.altered)
}

/** The accounts of a form by their ids: all that can be shared where all were chosen; text that is no id belongs to nobody. */
export function accountsOf(form: ReviewInput, scene: Scene): string[] {
  const sent = listOf(form.account)
  const all = sent.includes(ALL_ACCOUNTS) ? sharableAccounts(scene).map(({ id }) => id) : []
  const named = sent.filter((text) => text !== ALL_ACCOUNTS)
  return [...new Set([...all, ...named.map((text) => decodeId('billing_account', text) ?? text)])]
}

/** Refuses a form in which all accounts were chosen though nobody could choose that. Throws VALIDATION_ERROR. */
export function requireAllOffered(form: ReviewInput, scene: Scene): void {
  requireUnaltered(!listOf(form.account).includes(ALL_ACCOUNTS) || offersAll(scene), scene)
}

/** What is wrong where the consent would hold more accounts than one may: those that it has count where more is added. */
export function findTooMany(scene: Scene, choice: Choice): FieldError[] {
  const { accounts } = scene.words
  if (resultOf(scene, choice).accounts.length <= MOST_CHOSEN) return []
  const held = scene.before?.card.accounts.length ?? 0
  const message =
    choice.accounts.length > MOST_CHOSEN
      ? accounts.tooMany(MOST_CHOSEN)
      : accounts.tooManyTogether(MOST_CHOSEN, held)
  return [{ field: 'account', message }]
}

/** What the form says of limits, by currency, of those that were asked for alone. */
export function limitsOf(form: ReviewInput, scene: Scene): ReadonlyMap<string, string> {
  const known = new Set(currenciesOf(scene.accounts))
  const currencies = [form.limit_currency ?? []].flat()
  const written = [form.limit ?? []].flat()
  requireUnaltered(
    currencies.length === written.length && currencies.every((currency) => known.has(currency)),
    scene,
  )
  return new Map(currencies.map((currency, index) => [currency, written[index] ?? '']))
}

/** What accounts are looked for by where the form is to be shown again; null where it goes on. */
export function lookingFor({ next, change, find, found }: ReviewInput): string | null {
  if ((next === undefined && change === undefined) || (next === 'enter' && find.trim() === found)) return null
  return next === 'all' ? '' : find.trim()
}

/** The limits of what was chosen: of nothing that costs no money, and of the currencies of its accounts alone. */
function readOwnLimits(form: ReviewInput, scene: Scene, choice: Choice) {
  const { accounts } = resultOf(scene, choice)
  const currencies = new Set(currenciesToDecide(scene, { accounts, actions: choice.actions }))
  return readLimits(new Map([...limitsOf(form, scene)].filter(([currency]) => currencies.has(currency))))
}

/** What is wrong with networks that were written. */
function networkFaults(written: string, { words }: Scene): FieldError[] {
  const { networks, unread } = readNetworks(written)
  if (unread.length > 0)
    return [{ field: 'networks', message: words.networks.unread(unread.slice(0, 5).join(', ')) }]
  return networks.length > MOST_NETWORKS
    ? [{ field: 'networks', message: words.networks.tooMany(MOST_NETWORKS) }]
    : []
}

/** The choice that a form stands for, or what is wrong with it. Throws VALIDATION_ERROR for what no form offered. */
export function readChoice(form: ReviewInput, scene: Scene): { choice: Choice; errors: FieldError[] } {
  const { offered, needed, latest, mandate, words } = scene
  const accounts = accountsOf(form, scene)
  const sent = listOf(form.action)
  requireUnaltered(
    sent.every((name) => isAction(name) && offered.includes(name)),
    scene,
  )
  const actions = offered.filter((name) => sent.includes(name) || needed.includes(name))
  const ids = new Set(accounts)
  const closed = scene.accounts.filter((one) => ids.has(one.id) && unavailableBecause(one, words) !== null)
  const end = readLastDay(form.ends_on, latest, mandate.origin.now)
  const bound = readBound(form.stop_within)
  const endsAt = typeof end === 'string' ? latest : end
  const chosen = { accounts, actions, ends_at: endsAt.toISOString() }
  const { limits, faults } = readOwnLimits(form, scene, chosen)
  const errors: FieldError[] = [
    ...findTooMany(scene, chosen),
    ...(accounts.length === 0 ? [{ field: 'account', message: words.accounts.choose }] : []),
    ...closed.map(({ ban }) => ({ field: 'account', message: words.accounts.cannotShare(ban) })),
    ...(actions.length === 0 ? [{ field: 'action', message: words.what.choose }] : []),
    ...faults.map((currency) => ({
      field: idOfLimit(currency, scene),
      message: words.orders.unread(currency),
    })),
    ...(typeof end === 'string' ? [{ field: 'ends_on', message: words.until[end] }] : []),
    ...(bound === 'unread' ? [{ field: 'stop_within', message: words.bound.unread(LONGEST_BOUND) }] : []),
    ...networkFaults(form.networks, scene),
  ]
  const kept = bound === 'unread' ? null : bound
  const { networks } = readNetworks(form.networks)
  return { choice: { ...chosen, order_limits: limits, max_revocation_seconds: kept, networks }, errors }
}

/** What bounds a choice besides, as it was carried along. */
function carriedBounds(
  carried: z.output<typeof ChoiceForm> | undefined,
): Pick<Choice, 'max_revocation_seconds' | 'networks'> {
  const { max_revocation_seconds: bound = null, networks } = carried ?? {}
  return { max_revocation_seconds: bound, ...(networks && { networks }) }
}

/** A choice that was carried along, held against the scene as it is now. Throws VALIDATION_ERROR when it does not fit. */
export function parseChoice(text: string, scene: Scene): Choice {
  let carried: unknown = null
  try {
    carried = JSON.parse(text)
  } catch {
    requireUnaltered(false, scene)
  }
  const parsed = ChoiceForm.safeParse(carried)
  requireUnaltered(parsed.success, scene)
  const { accounts = [], actions = [], ends_at: end = '' } = parsed.data ?? {}
  const endsAt = new Date(end)
  const available = new Set(sharableAccounts(scene).map(({ id }) => id))
  requireUnaltered(
    accounts.every((id) => available.has(id)) &&
      actions.every((name) => isAction(name) && scene.offered.includes(name)) &&
      endsAt > scene.mandate.origin.now &&
      endsAt <= scene.latest,
    scene,
  )
  const choice = {
    accounts: [...new Set(accounts)],
    // What is needed is in every choice, so a form that was altered gains nothing by leaving it out.
    actions: scene.offered.filter((name) => actions.includes(name) || scene.needed.includes(name)),
    ends_at: end,
    order_limits: parsed.data?.order_limits ?? {},
    ...carriedBounds(parsed.data),
  }
  requireUnaltered(findTooMany(scene, choice).length === 0, scene)
  return choice
}
