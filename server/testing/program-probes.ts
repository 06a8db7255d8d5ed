import { permissionsOfPlane, SOURCE_PERMISSIONS } from '@liaison/access'
import type { Permission } from '@liaison/access'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'

const NAMED: ReadonlySet<Permission | null> = new Set(
  SOURCE_PERMISSIONS.flatMap(({ provider, partner }) => [provider, partner]),
)

/** The permissions of the plane that stand in the program's matrix. */
const namedOf = <P extends 'platform' | 'program'>(plane: P) =>
  permissionsOfPlane(plane)
    .map(({ name }) => name)
    .filter((name) => NAMED.has(name))

const common = {
  method: 'GET',
  summary: 'Whether the permission can be used',
  input: {},
  limit: 'detail',
  responses: { 200: z.strictObject({ done: z.boolean() }) },
} as const

/** One route for each permission of the partner program's matrix, which does nothing: what a decision lets through. */
export const programProbes: readonly Route[] = [
  ...namedOf('platform').map((permission) =>
    route({
      ...common,
      path: `/api/v1/probe/${permission}`,
      access: { permission },
      handle: async () => ({ done: true }),
    }),
  ),
  ...namedOf('program').map((permission) =>
    route({
      ...common,
      path: `/api/v1/probe/${permission}`,
      access: { permission },
      handle: async () => ({ done: true }),
    }),
  ),
]
