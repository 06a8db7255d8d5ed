import {
  ACTION_NAMES,
  fromBits,
  maskOfActions,
  maskOfScopes,
  SCOPE_NAMES,
  scopeOfAction,
  toBits,
} from '@liaison/access'
import type { Action, Scope } from '@liaison/access'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ACTION_WORDS,
  findWidening,
  lastDayOf,
  latestEnd,
  maskOf,
  merged,
  offeredActions,
  payerSentence,
  readLastDay,
  scopesFor,
  sentencesOf,
} from './rules.ts'
import type { ConsentRow } from './tables.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2026-11-22T10:00:00Z')

const someActions = fc.subarray<Action>([...ACTION_NAMES])
const someScopes = fc.subarray<Scope>([...SCOPE_NAMES])
const someAccounts = fc.subarray(['a', 'b', 'c', 'd'])
const someEnd = fc.integer({ min: 1, max: 700 }).map((days) => new Date(NOW.getTime() + days * DAY_MS))

const toRow = (actions: readonly Action[], accounts: readonly string[], end: Date) =>
  // Only what the rules read.
  ({ actions, ends_at: end, card: { accounts: accounts.map((id) => ({ id })) } }) as unknown as ConsentRow

describe('what can be offered and given', () => {
  test('nothing is offered that was not asked, whose scope was not, or that the client is not registered for', () => {
    fc.assert(
      fc.property(someActions, someScopes, someScopes, (actions, scopes, registered) => {
        const offered = offeredActions({ actions, scopes }, maskOfScopes(registered))
        for (const action of ACTION_NAMES) {
          const fits =
            actions.includes(action) &&
            scopes.includes(scopeOfAction(action)) &&
            registered.includes(scopeOfAction(action))
          expect(offered.includes(action)).toBe(fits)
        }
      }),
    )
  })

  test('the rights of a consent are exactly its actions, and its scopes the fewest that hold them', () => {
    fc.assert(
      fc.property(someActions, someScopes, (wanted, asked) => {
        const actions = wanted.filter((action) => asked.includes(scopeOfAction(action)))
        const scopes = scopesFor(actions, asked)
        expect(fromBits(maskOf(actions, scopes))).toBe(maskOfActions(actions))
        for (const scope of scopes) {
          const without = scopes.filter((one) => one !== scope)
          expect(toBits(maskOfActions(actions) & maskOfScopes(without))).not.toBe(
            toBits(maskOfActions(actions)),
          )
        }
      }),
    )
  })

  test('every action is either allowed or not in the words, never both, never left out', () => {
    fc.assert(
      fc.property(someActions, (actions) => {
        const { can, cannot } = sentencesOf(actions)
        expect([...can, ...cannot].toSorted()).toEqual(
          ACTION_WORDS.map(({ sentence }) => sentence).toSorted(),
        )
      }),
    )
  })

  test('merging keeps everything that was there and adds what was chosen', () => {
    fc.assert(
      fc.property(
        someActions,
        someAccounts,
        someEnd,
        someActions,
        someAccounts,
        someEnd,
        (...[oldActions, oldAccounts, oldEnd, actions, accounts, end]) => {
          const after = merged(toRow(oldActions, oldAccounts, oldEnd), {
            actions,
            accounts,
            ends_at: end.toISOString(),
          })
          expect(new Set(after.actions)).toEqual(new Set([...oldActions, ...actions]))
          expect(new Set(after.accounts)).toEqual(new Set([...oldAccounts, ...accounts]))
          expect(new Date(after.ends_at).getTime()).toBe(Math.max(oldEnd.getTime(), end.getTime()))
        },
      ),
    )
  })

  test('a change that stays within what is there is a narrowing, any other is told place by place', () => {
    fc.assert(
      fc.property(
        someActions,
        someAccounts,
        someEnd,
        someActions,
        someAccounts,
        someEnd,
        (...[held, shared, end, actions, accounts, wish]) => {
          const faults = findWidening(toRow(held, shared, end), { actions, accounts, endsAt: wish })
          const more =
            actions.filter((action) => !held.includes(action)).length +
            accounts.filter((id) => !shared.includes(id)).length +
            (wish > end ? 1 : 0)
          expect(faults).toHaveLength(more)
        },
      ),
    )
  })
})

describe('the end', () => {
  test('it is never later than asked, than the rules of the organisation, or than two years', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000_000 }),
        fc.integer({ min: 1, max: 5000 }),
        (seconds, days) => {
          const ms = latestEnd(NOW, seconds, days).getTime() - NOW.getTime()
          expect(ms).toBe(Math.min(seconds * 1000, days * DAY_MS, 730 * DAY_MS))
        },
      ),
    )
  })

  test('a day that is taken lies ahead and not after the latest; the day that is shown is the latest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: -10, max: 410 }), (last, wish) => {
        const latest = new Date(NOW.getTime() + last * DAY_MS)
        expect(readLastDay(lastDayOf(latest), latest, NOW)).toEqual(latest)
        const end = readLastDay(
          new Date(NOW.getTime() + wish * DAY_MS).toISOString().slice(0, 10),
          latest,
          NOW,
        )
        expect(typeof end === 'string' ? wish < 0 || wish > last : end > NOW && end <= latest).toBe(true)
      }),
    )
  })

  test.each(['tomorrow', '2027-13-01', '2027-02-30x', '01/02/2027'])('%s is no day', (text) => {
    expect(readLastDay(text, new Date('2027-06-01'), NOW)).toBe('unread')
  })
})

test('who pays is said in words, and that nobody does', () => {
  const payer = { kind: 'direct', payer_tenant_id: 't', payer_name: 'Acme', payer_ban: 'B-1' } as const
  expect(payerSentence({ ban: 'B-1', payer }, 't')).toBe('You pay: orders go on the bill of this account.')
  expect(payerSentence({ ban: 'B-2', payer }, 't')).toContain('account B-1')
  const theirs = { ...payer, payer_tenant_id: 'w', payer_name: 'Whole' }
  expect(payerSentence({ ban: 'B-1', payer: theirs }, 't')).toContain('Whole pays')
  expect(payerSentence({ ban: 'B-1', payer: null }, 't')).toContain('orders will be refused')
})
