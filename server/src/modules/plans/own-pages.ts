import { z } from 'zod'
import {
  mayInRealm,
  realmPath,
  registerProfileSection,
  registerRealmPage,
  showRealmPage,
} from '#modules/realms/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, choices, facts, notice, postForm } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { cancel, keep, keepPlan } from './own.ts'
import { END_SENTENCES, HOLD_SENTENCES, limitWords, priceWords, whenWords } from './page-words.ts'
import { orShowOwn, priceOf } from './pages.ts'
import { findOwn, listHolds } from './subscription-store.ts'
import type { HoldRow, SubscriptionRow } from './subscription-store.ts'

type Own = Mandate<'realm'>

registerRealmPage({
  path: 'subscription',
  label: 'Your plan',
  permission: 'realm.subscription.read',
  position: 25,
})

const realmParams = z.strictObject({ slug: z.string().max(63) })

/** What people read for the state of a subscription. */
export const STATE_WORDS = {
  signing: 'Waits to be confirmed',
  signed: 'In use',
  suspended: 'On hold',
  unsigned: 'Over',
} as const

/** How the state of a subscription looks beside its word. */
export const STATE_CHIPS = { signing: 'attention', signed: 'ok', suspended: 'bad', unsigned: 'off' } as const

/** Why somebody held it, in the words that they were told the user reads. */
function reasonsOf(holds: readonly HoldRow[]): Html {
  const told = holds.filter((hold) => hold.released_at === null && hold.placed_by_side !== 'clock')
  return html`${told.map(({ reason }) => html`<p>They wrote: <q>${reason}</q></p>`)}`
}

function standingOf(row: SubscriptionRow, holds: readonly HoldRow[]): Html {
  if (row.state === 'signing')
    return notice(
      'attention',
      html`<p>
        It waits to be confirmed, until ${whenWords(row.signing_until)} at the latest. Nothing is charged
        before.
      </p>`,
    )
  if (row.state === 'suspended')
    return notice(
      'bad',
      html`<p>Your plan is on hold and does not work now.</p>
        <ul>
          ${row.holds.map((kind) => html`<li>${HOLD_SENTENCES[kind]}</li>`)}
        </ul>
        ${reasonsOf(holds)}`,
    )
  if (row.state === 'unsigned')
    return notice(
      'off',
      html`<p>
        This plan is over${row.ended_at && html` since ${whenWords(row.ended_at)}`}.
        ${row.end_reason !== null && END_SENTENCES[row.end_reason]}
      </p>`,
    )
  return notice('ok', html`<p>Your plan works.</p>`)
}

function endingOf(mandate: Own, row: SubscriptionRow, mayChange: boolean): Html {
  if (row.cancel_at === null || row.state === 'unsigned') return html``
  const isOwn = row.cancel_cause === 'end_user'
  return html`${notice(
    'attention',
    html`<p>
      It ends on ${whenWords(row.cancel_at)}${isOwn && ', as you asked'}. Until then everything works as
      before.
    </p>`,
  )}${isOwn && mayChange && postForm(realmPath(mandate, 'subscription/keep'), html`<div class="buttons">${button('Keep the plan')}</div>`)}`
}

function nextOf(mandate: Own, row: SubscriptionRow, mayChange: boolean): Html {
  if (row.next_at === null || row.next_period === null) return html``
  const price = priceWords(
    { amountMinor: row.next_price_minor ?? 0, currency: row.next_currency ?? row.currency },
    row.next_period,
  )
  return html`${notice(
    'info',
    html`<p>From ${whenWords(row.next_at)} you have ${row.next_plan_name ?? 'another plan'}: ${price}.</p>`,
  )}${mayChange && postForm(realmPath(mandate, 'subscription/keep-plan'), html`<div class="buttons">${button(`Stay with ${row.plan_name ?? 'this plan'}`, 'plain')}</div>`)}`
}

function linesOf(row: SubscriptionRow): (readonly [string, Html | string])[] {
  const lines: (readonly [string, Html | string])[] = [
    ['Plan', row.plan_name ?? 'No longer shown'],
    ['Price', priceOf(row)],
    ['Status', STATE_WORDS[row.state]],
  ]
  if (row.signed_at) lines.push(['Since', whenWords(row.signed_at)])
  if (row.paid_until && row.state !== 'unsigned' && row.state !== 'signing')
    lines.push(['Paid until', whenWords(row.paid_until)])
  return lines
}

async function subscriptionPage(mandate: Own): Promise<HtmlPage> {
  const row = await findOwn(mandate)
  const holds = row?.state === 'suspended' ? await listHolds(mandate, row) : []
  const mayChange = mayInRealm(mandate, 'realm.subscription.change')
  const isLive = row !== undefined && row.state !== 'unsigned'
  const limits = row ? limitWords(row.limits) : []
  const body = row
    ? html`${standingOf(row, holds)} ${endingOf(mandate, row, mayChange)} ${nextOf(mandate, row, mayChange)}
        ${facts(linesOf(row))}
        ${
          isLive &&
          limits.length > 0 &&
          html`<ul>
            ${limits.map((line) => html`<li>${line}</li>`)}
          </ul>`
        }
        <div class="buttons">
          <a class="button${!isLive && ' main'}" href="${realmPath(mandate, 'plans')}"
            >${isLive ? 'See other plans' : 'See plans'}</a
          >
          ${isLive && mayChange && html`<a class="button" href="${realmPath(mandate, 'subscription/cancel')}">Cancel the plan</a>`}
        </div>`
    : html`<p>You have no plan yet.</p>
        <div class="buttons"><a class="button main" href="${realmPath(mandate, 'plans')}">See plans</a></div>`
  return showRealmPage(mandate, { title: 'Your plan', body }, { current: 'subscription', width: 'reading' })
}

async function cancelPage(mandate: Own): Promise<HtmlPage> {
  const row = await findOwn(mandate)
  if (!row || row.state === 'unsigned') return redirect(realmPath(mandate, 'subscription'))
  const canWait = row.state !== 'signing' && row.cancel_cause === null && row.paid_until !== null
  const options = [
    ...(canWait && row.paid_until
      ? [
          {
            value: 'period_end',
            label: 'When what you paid for ends',
            hint: `It works until ${whenWords(row.paid_until)}. You can change your mind until then.`,
          },
        ]
      : []),
    {
      value: 'now',
      label: 'Now',
      hint: 'It stops working at once, and what is paid is not paid back.',
    },
  ]
  const body = html`<p class="lead">You are cancelling ${row.plan_name ?? 'your plan'}.</p>
    ${postForm(
      realmPath(mandate, 'subscription/cancel'),
      html`${choices({
          name: 'when',
          legend: 'When should it end?',
          chosen: canWait ? 'period_end' : 'now',
          options,
        })}
        <div class="buttons">
          ${button('Cancel the plan', 'danger')}
          <a class="button" href="${realmPath(mandate, 'subscription')}">Back</a>
        </div>`,
    )}`
  return showRealmPage(
    mandate,
    { title: 'Cancel the plan', body },
    { current: 'subscription', width: 'reading' },
  )
}

registerProfileSection({
  position: 30,
  permission: 'realm.subscription.read',
  async show(mandate) {
    const row = await findOwn(mandate)
    const line =
      row && row.state !== 'unsigned'
        ? html`${row.plan_name ?? 'A plan'} · ${STATE_WORDS[row.state]} ·
            <a href="${realmPath(mandate, 'subscription')}">See your plan</a>`
        : html`None · <a href="${realmPath(mandate, 'plans')}">See plans</a>`
    return html`<h2>Your plan</h2>
      <p>${line}</p>`
  },
})

const change = { realm: 'realm.subscription.change' } as const
const problems = ['SUBSCRIPTION_NOT_FOUND', 'SUBSCRIPTION_STATE_CONFLICT', 'SUBSCRIPTION_ENDING'] as const

/** The pages on which an end user sees, cancels and keeps its plan. */
export const ownPages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/p/:slug/subscription',
    summary: 'How the own plan stands',
    input: { params: realmParams },
    access: { realm: 'realm.subscription.read' },
    limit: 'page',
    handle: ({ mandate }) => subscriptionPage(mandate),
  }),
  page({
    method: 'GET',
    path: '/p/:slug/subscription/cancel',
    summary: 'What cancelling means, before it is done',
    input: { params: realmParams },
    access: change,
    limit: 'page',
    problems,
    handle: ({ mandate }) => cancelPage(mandate),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscription/cancel',
    summary: 'Cancel the own plan',
    input: { params: realmParams, body: z.strictObject({ when: z.enum(['now', 'period_end']) }) },
    access: change,
    limit: 'page',
    problems,
    handle: ({ mandate, body }) => orShowOwn(mandate, cancel(mandate, body.when)),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscription/keep',
    summary: 'Keep the own plan after all',
    input: { params: realmParams },
    access: change,
    limit: 'page',
    problems,
    handle: ({ mandate }) => orShowOwn(mandate, keep(mandate)),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscription/keep-plan',
    summary: 'Stay with the plan after all',
    input: { params: realmParams },
    access: change,
    limit: 'page',
    problems,
    handle: ({ mandate }) => orShowOwn(mandate, keepPlan(mandate)),
  }),
]
