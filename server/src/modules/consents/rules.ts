import { createHash } from 'node:crypto'
import {
  ACTION_NAMES,
  ACTIONS,
  CLIENT_PERMISSIONS,
  costsMoney,
  has,
  maskOfActions,
  maskOfScopes,
  scopeOfAction,
  toBits,
} from '@liaison/access'
import type { Action, ClientNeed, Conditions, Mask, Scope } from '@liaison/access'
import { isWithinNetworks } from './networks.ts'
import type { Networks } from './networks.ts'
import { stricter } from './revocation-bound.ts'
import type { RevocationBound } from './revocation-bound.ts'
import type { Choice, ConsentRow, OrderLimits, Payer } from './tables.ts'
import { EN } from './words/index.ts'
import type { ConsentWords } from './words/index.ts'

const DAY_MS = 86_400_000
const MAXIMUM_DAYS = 730

/**
 * The version of the words that consent pages say; raised with every change of them in any language. Version 1 was there in
 * English alone.
 */
export const TEXT_VERSION = 11

/** What a tenant demands of partner access while it has set no rules of its own. */
export const DEFAULT_POLICY = {
  who_may_ask: 'any',
  listed_partner_ids: [] as readonly string[],
  max_duration_days: MAXIMUM_DAYS,
  dual_approval: false,
  conditions: {} as Partial<Conditions>,
  version: 1,
} as const

/** What an action does to whoever allows it. */
export type ActionKind = 'read' | 'change' | 'spend'

/** An action in the words of the catalogue. */
export interface ActionWords {
  readonly action: Action
  readonly kind: ActionKind
  readonly sentence: string
}

function wordsOf(action: Action): ActionWords {
  const entry = CLIENT_PERMISSIONS.find(({ name }) => name === ACTIONS[action])
  if (!entry) throw new Error(`The action ${action} has no permission.`)
  const reads = entry.name.endsWith('.read')
  return { action, kind: entry.spends ? 'spend' : reads ? 'read' : 'change', sentence: EN.actions[action] }
}

const KINDS: readonly ActionKind[] = ['read', 'change', 'spend']

/** Every action with its words: what reads, what changes, what spends. */
export const ACTION_WORDS: readonly ActionWords[] = KINDS.flatMap((kind) =>
  ACTION_NAMES.map(wordsOf).filter((words) => words.kind === kind),
)

/** Whether one of the actions costs money. */
export function mayOrder(actions: readonly Action[]): boolean {
  return actions.some(costsMoney)
}

/** The sentences of what the actions allow, and of what they leave out. */
export function sentencesOf(
  actions: readonly Action[],
  words: Pick<ConsentWords, 'actions'> = EN,
): { can: string[]; cannot: string[] } {
  const isIn = ({ action }: ActionWords) => actions.includes(action)
  return {
    can: ACTION_WORDS.filter(isIn).map(({ action }) => words.actions[action]),
    cannot: ACTION_WORDS.filter((one) => !isIn(one)).map(({ action }) => words.actions[action]),
  }
}

/** What no consent ever allows. */
export const NEVER: readonly string[] = EN.never

/** What can be offered of what was asked: an action whose scope was asked too, within what the client is registered for. */
export function offeredActions(
  asked: { readonly scopes: readonly string[]; readonly actions: readonly Action[] },
  clientMask: Mask,
): Action[] {
  return ACTION_NAMES.filter(
    (action) =>
      asked.actions.includes(action) &&
      asked.scopes.includes(scopeOfAction(action)) &&
      has(clientMask, ACTIONS[action]),
  )
}

/** What of the offered comes with every consent of the client, since it does not work without; never what costs money. */
export function neededActions(offered: readonly Action[], needs: readonly ClientNeed[]): Action[] {
  return offered.filter(
    (action) => needs.some((need) => need.action === action && need.is_needed) && !costsMoney(action),
  )
}

/** The scopes that the actions need, in the order in which they were asked for. */
export function scopesFor(actions: readonly Action[], asked: readonly Scope[]): Scope[] {
  const needed = new Set(actions.map(scopeOfAction))
  return asked.filter((scope, index) => needed.has(scope) && asked.indexOf(scope) === index)
}

/** The rights of a consent as the database decides them. */
export function maskOf(actions: readonly Action[], scopes: readonly Scope[]): string {
  return toBits(maskOfActions(actions) & maskOfScopes(scopes))
}

/** The latest end that may be chosen: as long as was asked, never longer than the organisation's rules or two years. */
export function latestEnd(now: Date, seconds: number, policyDays: number): Date {
  const ms = Math.min(seconds * 1000, Math.min(policyDays, MAXIMUM_DAYS) * DAY_MS)
  return new Date(now.getTime() + ms)
}

/** What is wrong with a last day. */
export type DayFault = 'unread' | 'past' | 'late'

/** Reads a last day of a form: the end is the midnight after it, in UTC, at most `latest`. Text says what is wrong. */
export function readLastDay(text: string, latest: Date, now: Date): Date | DayFault {
  if (text === '') return latest
  const end = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? new Date(Date.parse(`${text}T00:00:00Z`) + DAY_MS)
    : new Date(Number.NaN)
  if (Number.isNaN(end.getTime())) return 'unread'
  if (end <= now) return 'past'
  if (end <= latest) return end
  return end.getTime() < latest.getTime() + DAY_MS ? latest : 'late'
}

/** The last day as a date field shows it. */
export function lastDayOf(end: Date): string {
  return new Date(end.getTime() - 1).toISOString().slice(0, 10)
}

/** Whole days from an instant to an end, rounded. */
export function daysBetween(start: Date, end: Date): number {
  return Math.round((end.getTime() - start.getTime()) / DAY_MS)
}

/** Who pays for an account, in a sentence; `tenantId` is the organisation that the account belongs to. */
export function payerSentence(
  account: { readonly ban: string; readonly payer: Payer | null },
  tenantId: string,
  { payer: words }: Pick<ConsentWords, 'payer'> = EN,
): string {
  const { payer, ban } = account
  if (payer === null) return words.nobody
  if (payer.payer_tenant_id !== tenantId) return words.other(payer.payer_name, payer.payer_ban)
  return payer.payer_ban === ban ? words.you : words.yourOther(payer.payer_ban)
}

/** A digest of what somebody was shown: the same only while nothing of it has changed. */
export function tokenOf(...shown: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url')
}

/** Whoever does not decide about orders now leaves their limits as they are, and sets those of currencies that come to them. */
function mergedLimits(
  before: Pick<ConsentRow, 'actions' | 'card' | 'order_limits'>,
  { actions, order_limits: chosen = {} }: Choice,
): OrderLimits {
  if (mayOrder(actions)) return chosen
  if (!mayOrder(before.actions)) return before.order_limits
  const held = new Set(before.card.accounts.map(({ currency }) => currency))
  const added = Object.entries(chosen).filter(([currency]) => !held.has(currency))
  return { ...before.order_limits, ...Object.fromEntries(added) }
}

/** What a consent becomes when more is added to it: everything of both, until the later end. */
export function merged(
  before: Pick<ConsentRow, 'actions' | 'ends_at' | 'card' | 'order_limits' | 'max_revocation_seconds'>,
  choice: Choice,
): Choice {
  const accounts = [...new Set([...before.card.accounts.map(({ id }) => id), ...choice.accounts])]
  const actions = ACTION_NAMES.filter(
    (name) => before.actions.includes(name) || choice.actions.includes(name),
  )
  const end = new Date(choice.ends_at)
  return {
    accounts,
    actions,
    ends_at: (end > before.ends_at ? end : before.ends_at).toISOString(),
    order_limits: mergedLimits(before, choice),
    max_revocation_seconds: stricter(before.max_revocation_seconds, choice.max_revocation_seconds ?? null),
    // Whoever adds to it sees those that are there and may change them: they are no sum of two lists.
    networks: choice.networks ?? before.card.networks ?? [],
  }
}

/** A narrowing of a consent; what is left out stays. */
export interface Narrowing {
  readonly actions?: readonly Action[] | undefined
  readonly accounts?: readonly string[] | undefined
  readonly endsAt?: Date | undefined
  readonly orderLimits?: OrderLimits | undefined
  readonly maxRevocationSeconds?: RevocationBound | undefined
  readonly networks?: Networks | undefined
}

/** The currencies in which one set of limits lets more be ordered than another. */
function findLooser(held: OrderLimits, wanted: OrderLimits): string[] {
  return Object.entries(held)
    .filter(([currency, minor]) => (wanted[currency] ?? Number.POSITIVE_INFINITY) > minor)
    .map(([currency]) => currency)
}

/** Where a change would give more than there is: pointers into its body. Nothing when it only takes away. */
export function findWidening(
  row: Pick<ConsentRow, 'actions' | 'ends_at' | 'card' | 'order_limits' | 'max_revocation_seconds'>,
  change: Narrowing,
): { pointer: string; code: string; detail: string }[] {
  const held = new Set(row.card.accounts.map(({ id }) => id))
  const fault = (pointer: string, detail: string) => ({ pointer: `/body/${pointer}`, code: 'WIDENS', detail })
  return [
    ...(change.actions ?? []).flatMap((action, index) =>
      row.actions.includes(action) ? [] : [fault(`actions/${index}`, `${action} was never allowed`)],
    ),
    ...(change.accounts ?? []).flatMap((id, index) =>
      held.has(id) ? [] : [fault(`billing_account_ids/${index}`, 'this account was never shared')],
    ),
    ...(change.orderLimits === undefined
      ? []
      : findLooser(row.order_limits, change.orderLimits).map((currency) =>
          fault('order_limits', `${currency} has a lower limit; only a new request raises or lifts it`),
        )),
    ...(change.maxRevocationSeconds === undefined ||
    stricter(row.max_revocation_seconds, change.maxRevocationSeconds) === change.maxRevocationSeconds
      ? []
      : [
          fault(
            'max_revocation_seconds',
            `a revocation has to count within ${row.max_revocation_seconds} seconds; only a new consent lets it take longer`,
          ),
        ]),
    ...(change.networks === undefined || isWithinNetworks(change.networks, row.card.networks ?? [])
      ? []
      : [
          fault(
            'networks',
            'calls may come from fewer networks; only a new request lets them come from others',
          ),
        ]),
    ...(change.endsAt !== undefined && change.endsAt > row.ends_at
      ? [fault('ends_at', `at latest ${row.ends_at.toISOString()}, as it was allowed`)]
      : []),
  ]
}
