import { encodeId, formatInstant } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { mayInRealm, realmPath, registerUserSection, showRealmPage } from '#modules/realms/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Consequence } from './limits.ts'
import { meter } from './pages.ts'
import { letGoOn } from './routes-realm-admin.ts'
import { getUsage } from './store.ts'
import { toUsage } from './view.ts'

const FOLLOWED: Readonly<Record<Consequence, string>> = {
  warn: 'Beyond a limit: warned, and may go on.',
  throttle: 'Beyond a limit: slowed down.',
  restrict: 'Beyond a limit: may read, and change nothing.',
  review: 'Beyond a limit: may go on, and somebody is to look at it.',
  cooldown: 'Beyond a limit: in a pause.',
  suspend: 'Beyond a limit: the subscription is on hold.',
  idle: 'Beyond a limit: the account rests.',
}

const pathOf = (mandate: Mandate<'realm'>, userId: IdOf<'end_user'>, rest = ''): string =>
  realmPath(mandate, `users/${encodeId('end_user', userId)}${rest}`)

const goOnForm = (
  mandate: Mandate<'realm'>,
  userId: IdOf<'end_user'>,
  errors: readonly FieldError[] = [],
): Html =>
  postForm(
    pathOf(mandate, userId, '/go-on'),
    html`${textField({ name: 'usage_reason', label: 'Why the user may go on', maxLength: 500 }, errors)}
      <div class="buttons">${button('Let this user go on', 'small')}</div>`,
  )

/** Lets a user go on for a reason; asks for one on a page of its own where none was given. */
async function goOn(mandate: Mandate<'realm'>, userId: IdOf<'end_user'>, entered: string): Promise<HtmlPage> {
  const reason = entered.trim()
  if (reason !== '' && reason.length <= 500) {
    await letGoOn(mandate, userId, reason)
    return redirect(pathOf(mandate, userId))
  }
  const errors = [{ field: 'usage_reason', message: 'Say why, for the record, in at most 500 characters.' }]
  const body = html`${goOnForm(mandate, userId, errors)}
    <p><a href="${pathOf(mandate, userId)}">Back to the user</a></p>`
  return showRealmPage(mandate, { title: 'Let this user go on', body }, { errors, current: 'users' })
}

registerUserSection({
  position: 20,
  async show(mandate, userId) {
    const usage = toUsage(await getUsage(mandate, userId))
    const mayReset = mayInRealm(mandate, 'realm.users.manage') && userId !== mandate.user.id
    return html`<h2>Usage against limits</h2>
      ${usage.in_force.map(
        ({ kind, until }) =>
          html`<div class="notice attention">
            <p>${FOLLOWED[kind]}${until !== null && html` Until ${formatInstant(new Date(until))}.`}</p>
          </div>`,
      )}
      ${meter('Today', usage.day, 'h3')} ${meter('Seven days', usage.seven_days, 'h3')}
      ${mayReset && usage.in_force.length > 0 && goOnForm(mandate, userId)}`
  },
})

/** The form by which an admin of a realm lets a user go on (C5). */
export const userSectionPages: readonly Route[] = [
  page({
    method: 'POST',
    path: '/p/:slug/users/:end_user_id/go-on',
    summary: 'Let a user of a realm go on, on its page',
    input: {
      params: z.strictObject({ slug: z.string().max(63), end_user_id: publicId('end_user') }),
      body: z.strictObject({ usage_reason: z.string().max(1000).default('') }),
    },
    access: { realm: 'realm.users.manage' },
    limit: 'page',
    problems: ['END_USER_NOT_FOUND', 'OWN_END_USER'],
    handle: ({ mandate, params, body }) => goOn(mandate, params.end_user_id, body.usage_reason),
  }),
]
