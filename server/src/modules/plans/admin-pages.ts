import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { mayInRealm, realmPath, registerUserSection, showRealmPage } from '#modules/realms/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, choices, facts, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { endHold, HOLD_PROBLEMS, MOVE_PROBLEMS, placeHold, RELEASE_PROBLEMS } from './holding.ts'
import { subscriptionListPage } from './admin-list-page.ts'
import { endSubscription, makeMove } from './keeping.ts'
import { STATE_WORDS } from './own-pages.ts'
import { HOLD_WORDS, whenWords } from './page-words.ts'
import { priceOf } from './pages.ts'
import { getSubscription, listHolds, listSubscriptions } from './subscription-store.ts'
import type { HoldRow, SubscriptionRow } from './subscription-store.ts'

type Admin = Mandate<'realm'>

const actPath = (mandate: Admin, { id }: Pick<SubscriptionRow, 'id'>, act: string): string =>
  realmPath(mandate, `subscriptions/${publicIdOf('subscription', id)}/${act}`)

function holdLine(mandate: Admin, row: SubscriptionRow, hold: HoldRow): Html {
  const mayRelease = hold.placed_by_side === 'partner' && mayInRealm(mandate, 'realm.users.manage')
  const id = publicIdOf('subscription_hold', hold.id)
  return html`<li>
    <div class="what">
      <span>${HOLD_WORDS[hold.kind]}</span
      ><span class="small muted"
        >${hold.reason} · ${hold.subscription_id === null ? 'the whole account' : 'this subscription'} · since
        ${whenWords(hold.placed_at)}</span
      >
    </div>
    ${mayRelease && postForm(actPath(mandate, row, `holds/${id}/release`), button('Release', 'small'))}
  </li>`
}

const confirmForm = (mandate: Admin, row: SubscriptionRow): Html =>
  html`<div class="buttons">
    ${postForm(actPath(mandate, row, 'confirm'), button('Confirm the subscription', 'small'))}
    ${postForm(actPath(mandate, row, 'decline'), button('Decline it', 'danger'))}
  </div>`

const toUserId = ({ end_user_id: id }: Pick<SubscriptionRow, 'end_user_id'>): string =>
  publicIdOf('end_user', id)

interface HoldEntry {
  readonly hold_reason: string
  readonly scope: 'subscription' | 'account'
}

const NO_HOLD: HoldEntry = { hold_reason: '', scope: 'subscription' }

const holdForm = (
  mandate: Admin,
  row: SubscriptionRow,
  { errors = [], ...entered }: HoldEntry & { readonly errors?: readonly FieldError[] } = NO_HOLD,
): Html =>
  postForm(
    actPath(mandate, row, 'holds'),
    html`${textField({ name: 'hold_reason', label: 'Why it is held', hint: 'The user reads this.', value: entered.hold_reason, maxLength: 500 }, errors)}
      ${choices({
        name: 'scope',
        legend: 'What is held',
        chosen: entered.scope,
        options: [
          { value: 'subscription', label: 'This subscription' },
          { value: 'account', label: 'The whole account, whatever plan the user has or takes' },
        ],
      })}
      <div class="buttons">${button('Hold it', 'small')}</div>`,
  )

/** Holds a subscription for a reason that says something; asks for one on a page of its own where it does not. */
async function hold(mandate: Admin, id: IdOf<'subscription'>, entered: HoldEntry): Promise<HtmlPage> {
  const { scope } = entered
  const reason = entered.hold_reason.trim()
  if (reason.length >= 3 && reason.length <= 500)
    return backTo(mandate, await placeHold(mandate, id, { kind: 'manual', scope, reason }))
  const row = await getSubscription(mandate, id)
  const errors = [{ field: 'hold_reason', message: 'Say why, in 3 to 500 characters.' }]
  const body = html`${holdForm(mandate, row, { ...entered, errors })}
    <p><a href="${realmPath(mandate, `users/${toUserId(row)}`)}">Back to the user</a></p>`
  return showRealmPage(mandate, { title: 'Hold it', body }, { errors, current: 'users' })
}

const endForm = (mandate: Admin, row: SubscriptionRow): Html =>
  html`<h3>End it</h3>
    ${postForm(
      actPath(mandate, row, 'end'),
      html`${choices({
          name: 'when',
          legend: 'When it ends',
          chosen: row.cancel_cause === null ? 'period_end' : 'now',
          options: [
            ...(row.cancel_cause === null && row.paid_until
              ? [{ value: 'period_end', label: `When what is paid ends, ${whenWords(row.paid_until)}` }]
              : []),
            { value: 'now', label: 'Now' },
          ],
        })}
        <div class="buttons">${button('End the subscription', 'danger')}</div>`,
    )}`

function actsFor(mandate: Admin, row: SubscriptionRow): Html {
  if (row.state === 'unsigned' || !mayInRealm(mandate, 'realm.users.manage')) return html``
  if (row.state === 'signing') return confirmForm(mandate, row)
  return html`<h3>Hold it</h3>
    ${holdForm(mandate, row)}${endForm(mandate, row)}`
}

async function newestOf(mandate: Admin, endUserId: IdOf<'end_user'>): Promise<SubscriptionRow | undefined> {
  const { rows } = await listSubscriptions(mandate, { endUserId }, { limit: 1, offset: 0 })
  return rows[0]
}

registerUserSection({
  position: 10,
  async show(mandate, userId) {
    const row = await newestOf(mandate, userId)
    if (!row)
      return html`<h2>Plan</h2>
        <p>This user has no plan.</p>`
    const open = (await listHolds(mandate, row)).filter((hold) => hold.released_at === null)
    return html`<h2>Plan</h2>
      ${facts([
        ['Plan', row.plan_name ?? 'No longer shown'],
        ['Price', priceOf(row)],
        ['Status', STATE_WORDS[row.state]],
        ...(row.cancel_at && row.state !== 'unsigned' ? [['Ends', whenWords(row.cancel_at)] as const] : []),
      ])}
      ${
        open.length > 0 &&
        html`<h3>What holds it</h3>
          <ul class="rows">
            ${open.map((hold) => holdLine(mandate, row, hold))}
          </ul>`
      }
      ${actsFor(mandate, row)}`
  },
})

const Params = z.strictObject({ slug: z.string().max(63), subscription_id: publicId('subscription') })
const manage = { realm: 'realm.users.manage' } as const

const backTo = (mandate: Admin, { end_user_id: id }: { readonly end_user_id: string }): HtmlPage =>
  redirect(realmPath(mandate, `users/${id}`))

/** The pages on which the admins of a realm see and keep the subscriptions of its users (C7, C11). */
export const planAdminPages: readonly Route[] = [
  subscriptionListPage,
  page({
    method: 'POST',
    path: '/p/:slug/subscriptions/:subscription_id/confirm',
    summary: 'Confirm a subscription of a realm, on the page of its user',
    input: { params: Params },
    access: manage,
    limit: 'page',
    problems: [...MOVE_PROBLEMS, 'SUBSCRIPTION_HELD', 'PLAN_NOT_OPEN'],
    handle: async ({ mandate, params }) =>
      backTo(mandate, await makeMove(mandate, params.subscription_id, { action: 'confirm' })),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscriptions/:subscription_id/decline',
    summary: 'Decline a subscription of a realm, on the page of its user',
    input: { params: Params },
    access: manage,
    limit: 'page',
    problems: MOVE_PROBLEMS,
    handle: async ({ mandate, params }) =>
      backTo(
        mandate,
        await makeMove(mandate, params.subscription_id, { action: 'decline', note: undefined }),
      ),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscriptions/:subscription_id/end',
    summary: 'End a subscription of a realm, on the page of its user',
    input: { params: Params, body: z.strictObject({ when: z.enum(['now', 'period_end']) }) },
    access: manage,
    limit: 'page',
    problems: [...MOVE_PROBLEMS, 'SUBSCRIPTION_ENDING'],
    handle: async ({ mandate, params, body }) =>
      backTo(mandate, await endSubscription(mandate, params.subscription_id, body)),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscriptions/:subscription_id/holds',
    summary: 'Hold a subscription of a realm, on the page of its user',
    input: {
      params: Params,
      body: z.strictObject({
        hold_reason: z.string().max(1000).default(''),
        scope: z.enum(['subscription', 'account']),
      }),
    },
    access: manage,
    limit: 'page',
    problems: HOLD_PROBLEMS,
    handle: ({ mandate, params, body }) => hold(mandate, params.subscription_id, body),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/subscriptions/:subscription_id/holds/:hold_id/release',
    summary: 'Release a hold in a realm, on the page of its user',
    input: { params: Params.extend({ hold_id: publicId('subscription_hold') }).strict() },
    access: manage,
    limit: 'page',
    problems: RELEASE_PROBLEMS,
    handle: async ({ mandate, params }) => backTo(mandate, await endHold(mandate, params, undefined)),
  }),
]
