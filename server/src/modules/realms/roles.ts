import { findPermission, permissionsOf, REALM_ROLES, realmRoleMask } from '@liaison/access'
import type { RealmRole } from '@liaison/access'
import { z } from 'zod'
import { readConfigurationInForce } from '#modules/configuration/index.ts'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { page, route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { registerRealmPage, showRealmPage } from './page-kit.ts'
import { realmParams } from './shapes.ts'
import { countRoles } from './user-store.ts'
import { ROLE_WORDS } from './words.ts'

registerRealmPage({ path: 'roles', label: 'Roles', permission: 'realm.users.read', position: 80 })

const RoleBody = z
  .strictObject({
    role: z.enum(REALM_ROLES),
    is_enabled: z.boolean().meta({ description: 'Off: whoever has the role can do nothing.' }),
    permissions: z.array(z.strictObject({ name: z.string(), sentence: z.string() })),
    users: z.int(),
  })
  .meta({ id: 'RealmRole' })

interface RoleNow {
  readonly role: RealmRole
  readonly isEnabled: boolean
  readonly permissions: readonly { readonly name: string; readonly sentence: string }[]
  readonly users: number
}

/** What each role of the own realm may do now, by the function that requests are decided with, and how many users have it. */
async function readRoles(mandate: Mandate<'realm'>): Promise<readonly RoleNow[]> {
  const { document } = await readConfigurationInForce(mandate, mandate.partner.id)
  const counts = await countRoles(mandate)
  return REALM_ROLES.map((role) => ({
    role,
    isEnabled: document.roles[role].enabled,
    permissions: permissionsOf(realmRoleMask(role, document.roles[role])).map((name) => ({
      name,
      sentence: findPermission(name)?.sentence ?? name,
    })),
    users: counts.get(role) ?? 0,
  }))
}

async function rolesPage(mandate: Mandate<'realm'>): Promise<HtmlPage> {
  const roles = await readRoles(mandate)
  const body = html`<p class="lead">
      What each kind of account may do here. The provider and your organisation decide it.
    </p>
    ${roles.map(
      ({ role, isEnabled, permissions, users }) =>
        html`<h2>${ROLE_WORDS[role]}</h2>
          <p>
            ${users === 1 ? '1 user has' : `${users} users have`} this
            role.${!isEnabled && html` <span class="chip bad">Switched off</span> Nobody with it can do anything now.`}
          </p>
          ${
            permissions.length > 0 &&
            html`<ul>
              ${permissions.map(({ sentence }) => html`<li>${sentence}</li>`)}
            </ul>`
          }`,
    )}`
  return showRealmPage(mandate, { title: 'Roles', body }, { current: 'roles', width: 'reading' })
}

/** What the roles of the own realm may do, for its admins (C4). */
export const realmRoleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/realm/roles',
    summary: 'What each role of the own realm may do, and how many users have it',
    input: {},
    access: { realm: 'realm.users.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(RoleBody) }) },
    async handle({ mandate }) {
      const roles = await readRoles(mandate)
      noteRead(mandate, { action: 'realm.users.read', rowCount: roles.length })
      return {
        items: roles.map(({ role, isEnabled, permissions, users }) => ({
          role,
          is_enabled: isEnabled,
          permissions: [...permissions],
          users,
        })),
      }
    },
  }),
  page({
    method: 'GET',
    path: '/p/:slug/roles',
    summary: 'What each role of a realm may do',
    input: { params: realmParams },
    access: { realm: 'realm.users.read' },
    limit: 'page',
    handle: ({ mandate }) => rolesPage(mandate),
  }),
]
