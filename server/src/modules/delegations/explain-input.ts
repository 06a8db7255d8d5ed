import { findPermission } from '@liaison/access'
import type { Facts, Permission } from '@liaison/access'
import { z } from 'zod'
import { operationIdOf } from '#platform/openapi/openapi.ts'
import { inputRefused } from '#platform/problem.ts'
import { instantText, publicId } from '#platform/route-input.ts'
import { permissionOf } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'

/** The name of a permission that a link can give. */
const DelegationPermission = z
  .string()
  .max(100)
  .transform((text, context): Permission => {
    const entry = findPermission(text)
    if (entry?.plane === 'delegation') return entry.name
    context.addIssue({
      code: 'custom',
      message: 'must be the name of a permission that a link can give',
      params: { code: 'UNKNOWN_PERMISSION' },
    })
    return z.NEVER
  })

/** Circumstances to decide under instead of those of now. What is left out stays as it is. */
const WhatIf = z.strictObject({
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  acr: z.enum(['none', 'otp', 'phishing_resistant']).optional().meta({ description: 'The second factor.' }),
  mfa_age_s: z.int().min(0).max(31_536_000).optional().meta({ description: 'The age of the second factor.' }),
  at: instantText().optional().meta({
    description:
      'Another moment: hours and ends are judged then, the records as they are now. What was so earlier the provider can tell.',
  }),
})

const RECORD_KINDS = ['ticket', 'invoice', 'subscriber'] as const

const AskedRecord = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ticket'), id: publicId('ticket') }),
  z.strictObject({ type: z.literal('invoice'), id: publicId('invoice') }),
  z.strictObject({ type: z.literal('subscriber'), id: publicId('subscriber') }),
])

/** What a question about access asks, besides whom and where it is about. */
export const ASKED = {
  permission: DelegationPermission.optional(),
  operation_id: z.string().max(200).optional().meta({
    description: 'An operation of the OpenAPI document, instead of its permission.',
  }),
  resource: AskedRecord.optional().meta({ description: 'The record that the operation is about.' }),
  conditions: WhatIf.optional(),
} as const

const AskedShape = z.object(ASKED)

/** What a question asks. */
export type AskedInput = z.output<typeof AskedShape>
export type RecordKind = (typeof RECORD_KINDS)[number]

function refuse(pointer: string, code: string, detail: string): never {
  throw inputRefused([{ pointer, code, detail }])
}

/** The permission that a question is about, named itself or by an operation that needs it. Throws VALIDATION_ERROR. */
export function readPermission(
  { permission, operation_id: operationId }: AskedInput,
  routes: readonly Route[],
): Permission {
  if ((permission === undefined) === (operationId === undefined))
    refuse('/body/permission', 'ONE_OF', 'Name a permission or an operation, and not both.')
  if (permission !== undefined) return permission
  const route = routes.find((candidate) => operationIdOf(candidate) === operationId)
  const entry = route && permissionOf(route.access)
  if (entry?.plane !== 'delegation')
    refuse('/body/operation_id', 'UNKNOWN_OPERATION', 'must be an operation that works under a link')
  return entry.name
}

/** The facts under the circumstances of a question; every other fact stays. */
export function withConditions(facts: Facts, whatIf: AskedInput['conditions']): Facts {
  if (!whatIf) return facts
  const now = whatIf.at === undefined ? facts.now : new Date(whatIf.at)
  const { actor } = facts
  const factorAt =
    whatIf.mfa_age_s === undefined ? actor?.factor_at : new Date(now.getTime() - whatIf.mfa_age_s * 1000)
  return {
    ...facts,
    now,
    actor: actor && {
      ...actor,
      ...(whatIf.ip !== undefined && { ip: whatIf.ip }),
      ...(whatIf.acr !== undefined && { factor: whatIf.acr }),
      factor_at: factorAt ?? null,
    },
  }
}
