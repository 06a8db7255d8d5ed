import { readBody } from '@liaison/sdk'
import type { PartnerMember } from '@liaison/sdk'

import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { Glyph } from '../../parts/glyphs.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

type MatrixRow = { linkId: string; tenant: string; by: ReadonlyMap<string, string | null> }

/** One row for each tenant that anybody is assigned to, by name; each person's role there, if assigned. */
export function toMatrix(people: readonly PartnerMember[]): MatrixRow[] {
  const rows = new Map<string, { linkId: string; tenant: string; by: Map<string, string | null> }>()
  for (const person of people) {
    for (const { link_id: linkId, tenant_name: tenant, role } of person.assignments) {
      const row = rows.get(linkId) ?? { linkId, tenant, by: new Map<string, string | null>() }
      row.by.set(person.member_id, role)
      rows.set(linkId, row)
    }
  }
  return [...rows.values()].toSorted((a, b) => a.tenant.localeCompare(b.tenant))
}

function Mark({ row, person }: { row: MatrixRow; person: PartnerMember }) {
  const role = row.by.get(person.member_id)
  if (role === undefined) return <span className="muted">–</span>
  if (role !== null) return tValue('role', role)
  return (
    <>
      <Glyph name="tick" />
      <span className="unseen">{t('team.assigned')}</span>
    </>
  )
}

function Matrix({ people }: { people: readonly PartnerMember[] }) {
  const { partnerId } = useFrame()
  const rows = toMatrix(people)
  if (rows.length === 0) return <Empty title={t('team.none')} text={t('team.none_text')} />
  return (
    <div className="list-scroll" role="region" aria-label={t('team.caption')} tabIndex={0}>
      <table className="table grid-of-marks">
        <caption className="unseen">{t('team.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.tenant')}</th>
            {people.map((person) => (
              <th scope="col" key={person.member_id}>
                {person.name}
                <br />
                <span className="small">{tValue('member_role', person.role)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.linkId}>
              <th scope="row">
                <GoLink className="thing" to={partnerPlaces.link(partnerId, row.linkId)}>
                  {row.tenant}
                </GoLink>
              </th>
              {people.map((person) => (
                <td key={person.member_id}>
                  <Mark row={row} person={person} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Who of the partner is assigned where: people against tenants. */
export function TeamPage() {
  const people = useRead(['members'], (frame, signal) =>
    readBody(frame.client.GET('/partner/members', { signal })),
  )
  return (
    <Page title={t('team.title')} lead={t('team.lead')}>
      <Answer query={people} lines={10}>
        {({ items }) => (
          <div className="list">
            <Matrix people={items} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
