import { readBody } from '@liaison/client'
import type { LiaisonClient } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MoneyText, StatusChip } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

async function readIndirect(client: LiaisonClient, signal: AbortSignal) {
  return readBody(client.GET('/partner/indirect-links', { signal }))
}

type IndirectLink = Awaited<ReturnType<typeof readIndirect>>['items'][number]

function columnsOf(): Column<IndirectLink>[] {
  return [
    {
      id: 'tenant',
      header: t('column.tenant'),
      isStrong: true,
      cell: (link) => link.tenant_name,
    },
    { id: 'partner', header: t('indirect.partner'), cell: (link) => link.partner_name },
    { id: 'role', header: t('indirect.role'), cell: (link) => tValue('role', link.access_role) },
    {
      id: 'state',
      header: t('column.link'),
      cell: (link) => <StatusChip family="link" value={link.status} />,
    },
    {
      id: 'ends',
      header: t('column.link_ends'),
      numeric: true,
      cell: (link) => <EndText iso={link.ends_at} isDay />,
    },
    {
      id: 'outstanding',
      header: t('column.outstanding'),
      numeric: true,
      cell: (link) => <MoneyText money={link.outstanding} />,
    },
  ]
}

/** The links between others that name this partner as distributor: state and totals, and nothing to open. */
export function IndirectPage() {
  const { name, partnerId } = useFrame()
  const links = useRead(['indirect-links'], (frame, signal) => readIndirect(frame.client, signal))
  return (
    <Page
      title={t('indirect.title')}
      lead={t('indirect.lead', { partner: name })}
      back={{ to: partnerPlaces.links(partnerId), label: t('nav.links') }}
    >
      <Answer query={links} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('indirect.none')} text={t('indirect.none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('indirect.title')}
              columns={columnsOf()}
              rows={items}
              rowId={(link) => link.link_id}
            />
          )
        }
      </Answer>
    </Page>
  )
}
