import { findPermission, SOURCE_PERMISSIONS } from '@liaison/access'
import type { Permission, PermissionOf } from '@liaison/access'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'

const isOf =
  <P extends 'platform' | 'program'>(plane: P) =>
  (name: Permission): name is Permission & PermissionOf<P> =>
    findPermission(name)?.plane === plane

const NAMES = [...new Set(SOURCE_PERMISSIONS.flatMap(({ provider, partner }) => [provider, partner]))].filter(
  (name) => name !== null,
)

const common = {
  method: 'GET',
  summary: 'Whether the permission can be used',
  input: {},
  limit: 'detail',
  responses: { 200: z.strictObject({ done: z.boolean() }) },
} as const

/** One route for each permission of the partner program's matrix, which does nothing: what a decision lets through. */
export const programProbes: readonly Route[] = [
  ...NAMES.filter(isOf('platform')).map((permission) =>
    route({
      ...common,
      path: `/api/v1/probe/${permission}`,
      access: { permission },
      handle: async () => ({ done: true }),
    }),
  ),
  ...NAMES.filter(isOf('program')).map((permission) =>
    route({
      ...common,
      path: `/api/v1/probe/${permission}`,
      access: { permission },
      handle: async () => ({ done: true }),
    }),
  ),
]
