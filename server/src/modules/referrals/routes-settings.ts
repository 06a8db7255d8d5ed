import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { hostOfDestination } from './rules.ts'
import { getSettings, putSettings } from './setting-store.ts'
import type { Settings } from './setting-store.ts'

const host = () =>
  z
    .string()
    .max(253)
    .regex(
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
      'must be a host name in lower case',
    )

const shape = {
  default_url: z
    .string()
    .max(500)
    .refine((text) => hostOfDestination(text) !== null, 'must be an address that begins with https://')
    .nullable()
    .meta({
      description: 'The page for links that name none; null for the front page of this installation.',
    }),
  allowed_hosts: z
    .array(host())
    .max(100)
    .refine((hosts) => new Set(hosts).size === hosts.length, 'names each host once')
    .meta({ description: 'The hosts that codes of partners may lead to.' }),
}

const SettingsBody = z
  .strictObject({ default_url: z.string().nullable(), allowed_hosts: z.array(z.string()) })
  .meta({ id: 'ReferralSettings' })

const answer = ({ default_url, allowed_hosts, version }: Settings) =>
  sentAt({ default_url, allowed_hosts: [...allowed_hosts] }, version)

/** Where links of partners may lead: the provider decides, so that no link is an open redirect (D5). */
export const settingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/referral-settings',
    summary: 'Where links of partners may lead',
    input: {},
    access: { permission: 'platform.referrals.read' },
    limit: 'detail',
    responses: { 200: SettingsBody },
    handle: async ({ mandate }) => answer(await getSettings(mandate)),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/admin/referral-settings',
    summary: 'Change where links of partners may lead',
    input: { body: z.strictObject(shape) },
    access: { permission: 'platform.referrals.manage' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: SettingsBody },
    async handle({ mandate, body, expectedVersion }) {
      const before = await getSettings(mandate)
      if (!(await putSettings(mandate, body, expectedVersion)))
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The settings changed after they were read.')
      const after = await getSettings(mandate)
      recordEvent(mandate, {
        action: 'program.settings.changed',
        changes: {
          default_url: { before: before.default_url, after: after.default_url },
          allowed_hosts: { before: before.allowed_hosts, after: after.allowed_hosts },
        },
      })
      return answer(after)
    },
  }),
]
