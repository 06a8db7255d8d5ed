import { formatInstant } from '@liaison/access'
import { z } from 'zod'
import { realmPath, registerRealmPage, showRealmPage } from '#modules/realms/index.ts'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { facts } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Consequence } from './limits.ts'
import { getUsage } from './store.ts'
import { toUsage } from './view.ts'
import type { UsageView } from './view.ts'

registerRealmPage({ path: 'usage', label: 'Usage', permission: 'realm.profile.read', position: 40 })

const AFTER: Readonly<Record<Consequence, string>> = {
  warn: 'You can go on; you are told that you are beyond it.',
  throttle: 'You can go on, but more slowly.',
  restrict: 'You can read, but change nothing.',
  review: 'You can go on; somebody looks at it.',
  cooldown: 'There is a pause; afterwards you can go on.',
  suspend: 'Your subscription is on hold until the limit begins anew.',
  idle: 'Your account rests until it is reset or your identity is checked.',
}

/** What is in force beyond a limit, said to the user. */
const NOW: Readonly<Record<Consequence, string>> = {
  warn: 'You are beyond your limit. You can go on for now.',
  throttle: 'You are beyond your limit. You can go on, but more slowly.',
  restrict: 'You are beyond your limit. You can read, but change nothing.',
  review: 'You are beyond your limit. You can go on; somebody will look at it.',
  cooldown: 'You are beyond your limit. There is a pause now.',
  suspend: 'You are beyond your limit. Your subscription is on hold.',
  idle: 'You are beyond your limit. Your account rests.',
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** How much of a limit is used, in a bar and in words. */
export function meter(title: string, quota: UsageView['day'], level: 'h2' | 'h3' = 'h2'): Html {
  const { allowed, used, remaining, resets_at: resetsAt } = quota
  const heading = level === 'h2' ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`
  if (allowed === null)
    return html`${heading}
      <p>${plural(used, 'operation')}; there is no limit.</p>`
  const again =
    remaining === 0
      ? html`Operations become free again ${formatInstant(new Date(resetsAt))}.`
      : html`${plural(remaining ?? 0, 'operation')} left.`
  return html`${heading}
    <p>
      <meter
        min="0"
        max="${Math.max(1, allowed)}"
        value="${Math.min(used, Math.max(1, allowed))}"
        aria-label="${title}"
      ></meter>
      <strong>${used} of ${allowed} used.</strong> ${again}
    </p>`
}

function standing(usage: UsageView, identityCheck: string | null): Html {
  return html`${usage.in_force.map(
    ({ kind, until }) =>
      html`<div class="notice attention" role="status">
        <p>
          ${NOW[kind]}${until === null ? html`` : html` Until ${formatInstant(new Date(until))}.`}
          ${kind === 'idle' && identityCheck !== null && html`<a href="${identityCheck}">Have your identity checked</a>`}
        </p>
      </div>`,
  )}`
}

async function show(mandate: Mandate<'realm'>) {
  const usage = toUsage(await getUsage(mandate, mandate.user.id))
  const check = mandate.user.role === 'guest' ? realmPath(mandate, 'identity-check') : null
  const body = html`${standing(usage, check)} ${meter('Today', usage.day)}
    ${meter('Seven days', usage.seven_days)}
    <h2>How the limits work</h2>
    ${facts([
      ['A day ends', 'at midnight UTC'],
      ['Seven days', 'today and the six days before'],
      [
        'In a minute',
        usage.rate_per_minute === null ? 'no limit' : `at most ${plural(usage.rate_per_minute, 'operation')}`,
      ],
      ['Beyond a limit', AFTER[usage.on_exceed]],
    ])}`
  return showRealmPage(mandate, { title: 'Your usage', body }, { current: 'usage', width: 'reading' })
}

/** The page on which an end user sees what is left and until when; it works without script (C5, C11). */
export const usagePages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/p/:slug/usage',
    summary: 'The own usage against the limits of a realm',
    input: { params: z.strictObject({ slug: z.string().max(64) }) },
    access: { realm: 'realm.profile.read' },
    limit: 'page',
    handle: ({ mandate }) => show(mandate),
  }),
]
