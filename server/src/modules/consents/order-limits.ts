import type { Action } from '@liaison/access'
import { readAmount, writeAmount } from '#platform/words/amount-words.ts'
import type { Language } from '#platform/words/language.ts'
import { toDecimal } from '#platform/money.ts'
import type { MoneyBody } from '#platform/money.ts'
import { mayOrder } from './rules.ts'
import type { Scene } from './scene.ts'
import type { Choice, OrderLimits } from './tables.ts'
import { CONSENT_WORDS } from './words/index.ts'

/** Which accounts, and what may be done on them. */
type Chosen = Pick<Choice, 'accounts' | 'actions'>

/** The currencies of accounts, each once, by code. */
export function currenciesOf(accounts: readonly { readonly currency: string }[]): string[] {
  return [...new Set(accounts.map(({ currency }) => currency))].toSorted()
}

/**
 * The currencies for which a choice decides how much orders may cost: all of its accounts where it allows orders, and those
 * that come to a consent which allows them already.
 */
export function currenciesToDecide(
  scene: Pick<Scene, 'accounts' | 'before' | 'request'>,
  chosen: Chosen,
): string[] {
  const ids = new Set(chosen.accounts)
  const currencies = currenciesOf(scene.accounts.filter(({ id }) => ids.has(id)))
  if (mayOrder(chosen.actions)) return currencies
  const { before, request } = scene
  if (request.grant_action !== 'merge' || !before || !mayOrder(before.actions)) return []
  const held = currenciesOf(before.card.accounts)
  return currencies.filter((currency) => !held.includes(currency))
}

/** The id of the field in which the limit of a currency is written. */
export function idOfLimit(currency: string, { accounts }: Pick<Scene, 'accounts'>): string {
  return currency === currenciesOf(accounts)[0] ? 'limit' : `limit-${currency}`
}

/** Limits as amounts of money, by currency. */
export function toAmounts(limits: OrderLimits): MoneyBody[] {
  return Object.entries(limits)
    .map(([currency, minor]) => ({ amount_minor: minor, currency }))
    .toSorted((left, right) => left.currency.localeCompare(right.currency))
}

/** Limits as somebody would write them into a form, by currency. */
export function writtenLimits(limits: OrderLimits): ReadonlyMap<string, string> {
  return new Map(toAmounts(limits).map((money) => [money.currency, toDecimal(money)]))
}

/** Amounts of money as limits; a currency that comes twice counts as it came last. */
export function toOrderLimits(amounts: readonly MoneyBody[]): OrderLimits {
  return Object.fromEntries(amounts.map(({ currency, amount_minor: minor }) => [currency, minor]))
}

/**
 * What was written as the limit of each currency. An empty text is none; a text that is no amount, or nothing at all, is
 * among the faults.
 */
export function readLimits(written: ReadonlyMap<string, string>): {
  limits: OrderLimits
  faults: string[]
} {
  const read = [...written]
    .filter(([, text]) => text.trim() !== '')
    .map(([currency, text]) => [currency, readAmount(text, currency)] as const)
  return {
    limits: Object.fromEntries(read.flatMap(([currency, minor]) => (minor ? [[currency, minor]] : []))),
    faults: read.filter(([, minor]) => !minor).map(([currency]) => currency),
  }
}

interface Limited {
  readonly actions: readonly Action[]
  readonly order_limits?: OrderLimits
}

/**
 * What orders may cost on accounts of these currencies, in sentences; none where nothing can be ordered. A currency
 * without a limit is named where another has one.
 */
export function limitSentences(
  { actions, order_limits: limits = {} }: Limited,
  currencies: readonly string[],
  language: Language,
): string[] {
  const { orders: words } = CONSENT_WORDS[language]
  if (!mayOrder(actions)) return []
  if (Object.keys(limits).length === 0) return [words.unlimited]
  return currencies.map((currency) => {
    const minor = limits[currency]
    return minor === undefined
      ? words.unlimitedIn(currency)
      : words.upTo(writeAmount({ amount_minor: minor, currency }, language))
  })
}

/** The same for what is chosen, or was, of the accounts of a request. */
export function limitSentencesOf(scene: Scene, choice: Choice): string[] {
  const { accounts, reading } = scene
  const ids = new Set(choice.accounts)
  const chosen = accounts.filter(({ id }) => ids.has(id))
  return limitSentences(choice, currenciesOf(chosen), reading.language)
}
