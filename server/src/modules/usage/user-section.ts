import { encodeId, formatInstant } from '@liaison/access'
import { z } from 'zod'
import { mayInRealm, realmPath, registerUserSection } from '#modules/realms/index.ts'
import { html, redirect } from '#platform/html.ts'
import { button, postForm, textField } from '#platform/pages/index.ts'
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
      ${
        mayReset &&
        usage.in_force.length > 0 &&
        postForm(
          realmPath(mandate, `users/${encodeId('end_user', userId)}/go-on`),
          html`${textField({ name: 'usage_reason', label: 'Why the user may go on', maxLength: 500 })}
            <div class="buttons">${button('Let this user go on', 'small')}</div>`,
        )
      }`
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
      body: z.strictObject({ usage_reason: z.string().trim().min(1).max(500) }),
    },
    access: { realm: 'realm.users.manage' },
    limit: 'page',
    problems: ['END_USER_NOT_FOUND', 'OWN_END_USER'],
    async handle({ mandate, params, body }) {
      await letGoOn(mandate, params.end_user_id, body.usage_reason)
      return redirect(realmPath(mandate, `users/${encodeId('end_user', params.end_user_id)}`))
    },
  }),
]
