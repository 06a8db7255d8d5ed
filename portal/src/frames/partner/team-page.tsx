import { readBody } from '@liaison/sdk'
import type { Link, PartnerMember } from '@liaison/sdk'

import { Glyph } from '../../parts/glyphs.tsx'
import { Page } from '../../parts/page.tsx'
import { PageFoot } from '../../parts/data-table.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'
import { tenantNameOf } from '../shared/link-parts.tsx'

const spec = { page: pageField() }

type MarkProps = { link: Link; person: PartnerMember }

function Mark({ link, person }: MarkProps) {
  const assigned = person.assignments.find((assignment) => assignment.link_id === link.link_id)
  if (assigned === undefined) return <span className="muted">–</span>
  if (assigned.role !== null) return tValue('role', assigned.role)
  return (
    <>
      <Glyph name="tick" />
      <span className="unseen">{t('team.assigned')}</span>
    </>
  )
}

type MatrixProps = { people: readonly PartnerMember[]; links: readonly Link[] }

function Matrix({ people, links }: MatrixProps) {
  const { partnerId } = useFrame()
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
          {links.map((link) => (
            <tr key={link.link_id}>
              <th scope="row">
                <GoLink className="thing" to={partnerPlaces.link(partnerId, link.link_id)}>
                  {tenantNameOf(link)}
                </GoLink>
              </th>
              {people.map((person) => (
                <td key={person.member_id}>
                  <Mark link={link} person={person} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Board({ people }: { people: readonly PartnerMember[] }) {
  const { values, set } = useFilters(spec)
  const query = { status: 'active,approved,suspended', ...pagingQuery(values.page) }
  const links = useRead(['links', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/links', { params: { query }, signal })),
  )
  return (
    <Answer query={links} lines={10}>
      {({ items, total, limit, offset }) =>
        items.length === 0 ? (
          <Empty title={t('links.none')} text={t('links.none_text')} />
        ) : (
          <>
            <Matrix people={people} links={items} />
            <div className="list-foot">
              <PageFoot
                paging={{
                  offset,
                  limit,
                  total,
                  onOffset: (next) => set({ page: Math.floor(next / pageSize) }),
                }}
              />
            </div>
          </>
        )
      }
    </Answer>
  )
}

/** Who of the partner is assigned where: people against tenants. */
export function TeamPage() {
  const people = useRead(['members'], (frame, signal) =>
    readBody(frame.client.GET('/partner/members', { params: { query: { limit: 100 } }, signal })),
  )
  return (
    <Page title={t('team.title')} lead={t('team.lead')}>
      <Answer query={people} lines={10}>
        {({ items }) => (
          <div className="list">
            <Board people={items.filter((person) => person.status === 'active')} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
