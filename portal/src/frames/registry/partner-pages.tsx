import './registry-words.ts'
import { readBody } from '@liaison/client'
import type { ApiClient, PartnerDetail } from '@liaison/client'
import { useMemo } from 'react'

import { ActivityList } from '../../parts/activity-list.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { fact, Facts, Panel, Tile } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ConsentsOf } from '../platform/consents-of.tsx'
import { LinksOf } from '../platform/links-of.tsx'
import { shownClientStatus } from '../shared/client-words.ts'
import { ApproveContacts } from './approve-contact.tsx'
import { isLastOwner, MemberActs } from './member-acts.tsx'
import { typedText } from './typed-text.ts'
import { PartnerTab } from './partner-tab.tsx'

type PartnerProps = { partner: PartnerDetail }

function Figures({ partner }: PartnerProps) {
  const part = (name: string) => platformPlaces.partnerPart(partner.partner_id, name)
  const figures = [
    ['people', partner.members_count],
    ['links', partner.active_links],
    ['clients', partner.clients_count],
    ['consents', partner.active_consents],
  ] as const
  return (
    <section className="tiles" aria-label={t('partner.works')}>
      {figures.map(([name, count]) => (
        <Tile key={name} title={t(`tab.${name}`)} to={part(name)}>
          <p className="figure num">{formatCount(count)}</p>
        </Tile>
      ))}
    </section>
  )
}

function Entry({ partner }: PartnerProps) {
  const mayManage = useMay('platform.partners.manage')
  return (
    <Panel title={t('partner.entry')}>
      <Facts
        facts={[
          fact(t('column.status'), <StatusChip family="organisation" value={partner.status} />),
          fact(t('column.kinds'), partner.kinds.map((kind) => tValue('kind', kind)).join(', ')),
          fact(t('entry.legal_name'), partner.legal_name),
          fact(t('entry.country'), partner.country),
          fact(t('entry.registration_no'), partner.registration_no),
          fact(t('entry.contact_email'), partner.contact_email),
          fact(t('entry.website'), typedText(partner, 'website')),
          fact(t('entry.support_contact'), typedText(partner, 'support_contact')),
          fact(t('entry.tier'), tValue('tier', partner.tier)),
          fact(t('entry.region'), partner.region),
          fact(t('entry.accounts'), t(partner.uses_account_refs ? 'entry.told_refs' : 'entry.told_numbers')),
          fact(
            t('entry.home'),
            partner.home_tenant && (
              <GoLink to={platformPlaces.tenant(partner.home_tenant.tenant_id)}>
                {partner.home_tenant.name}
              </GoLink>
            ),
          ),
          fact(t('entry.onboarded'), <DateText iso={partner.onboarding_date} />),
          fact(t('newpartner.slug'), <code className="mono">{partner.slug}</code>),
          fact(t('link.id'), <IdText id={partner.partner_id} />),
        ]}
      />
      {mayManage && partner.status !== 'terminated' && (
        <p>
          <GoLink to={platformPlaces.partnerPart(partner.partner_id, 'edit')}>{t('entry.edit')}</GoLink>
        </p>
      )}
    </Panel>
  )
}

/** One partner: what works now, and its entry. */
export function PartnerPage() {
  return (
    <PartnerTab tab="overview">
      {(partner, etag) => (
        <>
          <ApproveContacts partner={partner} etag={etag} />
          <Figures partner={partner} />
          <Entry partner={partner} />
          <nav className="row" aria-label={t('partner.see')}>
            <GoLink to={platformPlaces.blastRadius(partner.partner_id)}>{t('blast.open')}</GoLink>
            <GoLink to={`${platformPlaces.resales()}?partner=${partner.partner_id}`}>
              {t('nav.resales')}
            </GoLink>
            <GoLink to={`${platformPlaces.commercial()}?partner=${partner.partner_id}`}>
              {t('nav.commercial')}
            </GoLink>
          </nav>
        </>
      )}
    </PartnerTab>
  )
}

type Member = PartnerDetail['members'][number]

const memberColumns: Column<Member>[] = [
  { id: 'name', header: t('people.name'), cell: (member) => member.name },
  { id: 'email', header: t('people.email'), cell: (member) => member.email },
  { id: 'role', header: t('people.role'), cell: (member) => tValue('member_role', member.role) },
  {
    id: 'status',
    header: t('column.status'),
    cell: (member) => <StatusChip family="organisation" value={member.status} />,
  },
]

function People({ partner }: PartnerProps) {
  const { members, partner_id: partnerId, name: partnerName } = partner
  const mayManage = useMay('platform.partners.manage')
  const columns = useMemo(() => {
    const of = { partnerId, partnerName, side: 'platform' } as const
    const acts = (member: Member) => (
      <MemberActs member={member} of={of} isLastOwner={isLastOwner(member, members)} />
    )
    return mayManage ? [...memberColumns, { id: 'acts', header: '', cell: acts }] : memberColumns
  }, [mayManage, members, partnerId, partnerName])
  if (members.length === 0)
    return (
      <div className="list">
        <Empty title={t('people.none')} text={t('people.none_text')} />
      </div>
    )
  return (
    <DataTable
      caption={t('tab.people')}
      columns={columns}
      rows={members}
      rowId={(member) => member.member_id}
    />
  )
}

/** The people of a partner, their roles, and the end of a membership. */
export function PartnerPeoplePage() {
  return <PartnerTab tab="people">{(partner) => <People partner={partner} />}</PartnerTab>
}

/** The links of a partner. */
export function PartnerLinksPage() {
  return <PartnerTab tab="links">{({ partner_id: id }) => <LinksOf query={{ partner_id: id }} />}</PartnerTab>
}

const clientColumns: Column<ApiClient>[] = [
  {
    id: 'name',
    header: t('applications.organisation'),
    cell: (client) => (
      <GoLink className="thing" to={platformPlaces.client(client.client_id)}>
        {client.name}
      </GoLink>
    ),
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (client) => <StatusChip family="client" value={shownClientStatus(client)} />,
  },
  { id: 'since', header: t('column.since'), numeric: true, cell: (row) => <DateText iso={row.created_at} /> },
]

function ClientsOf({ id }: { id: string }) {
  const clients = useRead(['clients', 'of', id], (frame, signal) =>
    readAllByOffset<ApiClient>((place) =>
      readBody(
        frame.client.GET('/admin/clients', {
          params: { query: { partner_id: id, limit: 100, ...place } },
          signal,
        }),
      ),
    ),
  )
  return (
    <Answer query={clients}>
      {(items) =>
        items.length === 0 ? (
          <div className="list">
            <Empty title={t('state.none')} text={t('clientsof.none_text')} />
          </div>
        ) : (
          <DataTable
            caption={t('tab.clients')}
            columns={clientColumns}
            rows={items}
            rowId={(client) => client.client_id}
          />
        )
      }
    </Answer>
  )
}

/** The API clients of a partner. */
export function PartnerClientsPage() {
  return <PartnerTab tab="clients">{({ partner_id: id }) => <ClientsOf id={id} />}</PartnerTab>
}

/** What tenants allowed the API clients of a partner. */
export function PartnerConsentsPage() {
  return (
    <PartnerTab tab="consents">
      {({ partner_id: id }) => (
        <ConsentsOf query={{ partner_id: id }} emptyText={t('consentsof.none_text')} />
      )}
    </PartnerTab>
  )
}

/** What a partner did, and what was done to it. */
export function PartnerActivityPage() {
  return (
    <PartnerTab tab="activity">
      {({ partner_id: id }) => (
        <ActivityList filter={{ partner_id: id }} isFiltered={false} emptyText={t('activityof.none_text')} />
      )}
    </PartnerTab>
  )
}
