import { permissionsOfPlane } from '@liaison/access'
import type { PermissionOf } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'

export type PermissionName = PermissionOf<'delegation'>
// The catalogue's entries of a plane carry that plane's names.
export const PERMISSION_NAMES = permissionsOfPlane('delegation').map(({ name }) => name)

/** One route a permission, which does nothing: what a decision lets through. */
export const permissionProbes = PERMISSION_NAMES.map((permission) =>
  route({
    method: 'GET',
    path: `/api/v1/probe/${permission}`,
    summary: 'Whether the permission can be used',
    input: {},
    access: { permission, tenant: 'header' },
    limit: 'detail',
    responses: { 200: z.strictObject({ done: z.boolean() }) },
    async handle({ mandate }) {
      noteRead(mandate, { action: 'probe.read', rowCount: 1 })
      return { done: true }
    },
  }),
)
