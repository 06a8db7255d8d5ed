import { z } from 'zod'
import { pager, realmPath, registerRealmPage, showRealmPage } from '#modules/realms/index.ts'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { page } from '#platform/route.ts'
import { STATE_CHIPS, STATE_WORDS } from './own-pages.ts'
import { priceOf } from './pages.ts'
import { listSubscriptions, nameUsers } from './subscription-store.ts'
import type { SubscriptionRow } from './subscription-store.ts'
import { SUBSCRIPTION_STATES } from './tables.ts'
import type { SubscriptionState } from './tables.ts'

type Admin = Mandate<'realm'>

const PAGE_SIZE = 25

registerRealmPage({
  path: 'subscriptions',
  label: 'Subscriptions',
  permission: 'realm.users.read',
  position: 70,
})

interface Wanted {
  readonly state?: SubscriptionState | undefined
  readonly page: number
}

/** The states to choose from, as links: the one that is shown is none. */
function stateLinks(path: string, shown: SubscriptionState | undefined): Html {
  const link = (state: SubscriptionState | undefined, words: string) =>
    state === shown
      ? html`<strong>${words}</strong>`
      : html`<a href="${state === undefined ? path : `${path}?state=${state}`}">${words}</a>`
  return html`<p>
    ${link(undefined, 'All')}${SUBSCRIPTION_STATES.map((state) => html` · ${link(state, STATE_WORDS[state])}`)}
  </p>`
}

function line(mandate: Admin, row: SubscriptionRow, email: string): Html {
  const user = publicIdOf('end_user', row.end_user_id)
  return html`<li>
    <div class="what">
      <a href="${realmPath(mandate, `users/${user}`)}">${email}</a>
      <span class="small muted">${row.plan_name ?? 'No longer shown'} · ${priceOf(row)}</span>
    </div>
    <span class="chip ${STATE_CHIPS[row.state]}">${STATE_WORDS[row.state]}</span>
  </li>`
}

async function subscriptionsPage(mandate: Admin, wanted: Wanted): Promise<HtmlPage> {
  const { rows, total } = await listSubscriptions(
    mandate,
    wanted.state === undefined ? {} : { state: [wanted.state] },
    { limit: PAGE_SIZE, offset: (wanted.page - 1) * PAGE_SIZE },
  )
  const users = await nameUsers(
    mandate,
    rows.map((row) => row.end_user_id),
  )
  const path = realmPath(mandate, 'subscriptions')
  const none =
    wanted.state === undefined ? 'Nobody has taken a plan yet.' : 'No subscription is in this state.'
  const body = html`${stateLinks(path, wanted.state)}
    <p>${total === 0 ? none : total === 1 ? '1 subscription' : `${total} subscriptions`}</p>
    ${
      rows.length > 0 &&
      html`<ul class="rows">
        ${rows.map((row) => line(mandate, row, users.get(row.end_user_id)?.email ?? 'A user'))}
      </ul>`
    }
    ${pager({
      path,
      query: wanted.state === undefined ? {} : { state: wanted.state },
      page: wanted.page,
      last: Math.ceil(total / PAGE_SIZE),
    })}`
  return showRealmPage(
    mandate,
    { title: 'Subscriptions', body },
    { current: 'subscriptions', width: 'reading' },
  )
}

/** Every subscription of a realm in pages, newest first, narrowed to a state (C7, C11). */
export const subscriptionListPage = page({
  method: 'GET',
  path: '/p/:slug/subscriptions',
  summary: 'The subscriptions of a realm, for its admins',
  input: {
    params: z.strictObject({ slug: z.string().max(63) }),
    query: z.strictObject({
      state: z.enum(SUBSCRIPTION_STATES).optional(),
      page: z.coerce.number().int().min(1).max(10_000).default(1),
    }),
  },
  access: { realm: 'realm.users.read' },
  limit: 'page',
  handle: ({ mandate, query }) => subscriptionsPage(mandate, query),
})
