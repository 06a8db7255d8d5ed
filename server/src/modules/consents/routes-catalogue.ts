import { ACTIONS, SCOPE_NAMES, scopeOfAction, SCOPES } from '@liaison/access'
import type { Scope } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { ACTION_WORDS, NEVER, TEXT_VERSION } from './rules.ts'
import { countScopes } from './scope-store.ts'
import type { ScopeCount } from './scope-store.ts'

const ScopeBody = z
  .strictObject({
    scope: z.enum(SCOPE_NAMES),
    permissions: z.array(z.string()),
    spends: z.boolean(),
    actions: z.array(
      z.strictObject({
        action: z.string(),
        permission: z.string(),
        kind: z.enum(['read', 'change', 'spend']),
        sentence: z.string().meta({ description: 'What the customer reads on the consent page.' }),
      }),
    ),
    clients: z.int().meta({ description: 'API clients registered for it.' }),
    consents_in_force: z.int(),
  })
  .meta({ id: 'ScopeInUse' })

const never = (): string[] => [...NEVER]

function toScope(scope: Scope, counts: readonly ScopeCount[]): z.input<typeof ScopeBody> {
  const actions = ACTION_WORDS.filter(({ action }) => scopeOfAction(action) === scope)
  const used = counts.find((count) => count.scope === scope)
  return {
    scope,
    permissions: [...SCOPES[scope]],
    spends: actions.some(({ kind }) => kind === 'spend'),
    actions: actions.map((words) => ({ ...words, permission: ACTIONS[words.action] })),
    clients: Number(used?.clients ?? 0),
    consents_in_force: Number(used?.consents ?? 0),
  }
}

/** The words that customers read for each scope, and who uses it, for the platform's administrators. */
export const scopeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/catalogue/scopes',
    summary: 'Every scope with the words that customers read, and how many clients and consents use it',
    input: {},
    access: { permission: 'platform.links.read' },
    limit: 'list',
    responses: {
      200: z.strictObject({
        text_version: z.int(),
        never: z.array(z.string()).meta({ description: 'What no consent ever allows.' }),
        items: z.array(ScopeBody),
      }),
    },
    async handle({ mandate }) {
      const counts = await countScopes(mandate)
      noteRead(mandate, { action: 'platform.catalogue.read' })
      return {
        text_version: TEXT_VERSION,
        never: never(),
        items: SCOPE_NAMES.map((scope) => toScope(scope, counts)),
      }
    },
  }),
]
