import { readBody } from '@liaison/client'
import type { RoleInUse } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Facts, fact, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatCount } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type Version = RoleInUse['versions'][number]

function columnsFor(newest: number): Column<Version>[] {
  return [
    {
      id: 'version',
      header: t('roles.version'),
      isStrong: true,
      cell: ({ version }) => (version === newest ? t('roles.current', { version }) : String(version)),
    },
    {
      id: 'permissions',
      header: t('roles.permissions'),
      numeric: true,
      cell: ({ permissions }) => formatCount(permissions.length),
    },
    {
      id: 'grant',
      header: t('roles.may_be_granted'),
      numeric: true,
      cell: ({ may_be_granted: names }) => formatCount(names.length),
    },
    {
      id: 'in_force',
      header: t('roles.in_force'),
      numeric: true,
      cell: ({ links_in_force: links }) => formatCount(links),
    },
    { id: 'links', header: t('roles.links'), numeric: true, cell: ({ links }) => formatCount(links) },
  ]
}

function RolePanel({ role }: { role: RoleInUse }) {
  const types = role.relationship_types.map(({ title }) => title)
  return (
    <Panel title={role.title}>
      <div className="stack tight">
        <Facts facts={[fact(t('roles.for'), types.length === 0 ? t('roles.nobody') : types.join(', '))]} />
        <DataTable
          caption={t('roles.versions', { role: role.title })}
          columns={columnsFor(role.version)}
          rows={role.versions}
          rowId={({ version }) => String(version)}
        />
        <details>
          <summary>{t('roles.permissions')}</summary>
          <PermissionList can={role.can} cannot={role.cannot} who={t('roles.the_role')} />
        </details>
      </div>
    </Panel>
  )
}

/** Every role that a link can have, its versions, and how many links stand on each. */
export function RolesPage() {
  const roles = useRead(['catalogue-roles'], (frame, signal) =>
    readBody(frame.client.GET('/admin/catalogue/roles', { signal })),
  )
  return (
    <Page title={t('roles.title')} lead={t('roles.lead')}>
      <Answer query={roles} lines={10}>
        {({ items }) => (
          <div className="stack">
            {items.map((role) => (
              <RolePanel key={role.role} role={role} />
            ))}
          </div>
        )}
      </Answer>
    </Page>
  )
}
